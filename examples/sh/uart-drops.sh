#!/bin/sh
# For ten seconds after registration the UART drops one byte in a thousand towards the host.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
ok ATE0
ctl fault add '{"name": "noise", "on": {"event": "registered"}, "do": {"serial": {"drop": 0.001, "direction": "tx"}, "for": "10s"}}'
ctl 'do' '[{"registration": "searching"}, {"registration": "home"}]'
until_fired
ctl clock pause # the ten seconds are over when this script says so
sent=0
while [ "$sent" -lt 400 ]; do
  printf 'AT+CGMR\r' >&3
  sent=$((sent + 1))
done
while [ "$(ask_ctl --json commands | grep -o '"result":"OK"' | wc -l)" -lt 401 ]; do :; done
ctl clock advance 11s
ctl clock resume
printf 'AT+GSN\r' >&3
until_line 86610402
whole=$(printf '%s' "$answer" | grep -c '^Revision:1418B05SIM800L24$')
[ "$whole" -lt 400 ] || fail "nothing was lost"
[ "$whole" -gt 300 ] || fail "only $whole of 400 answers are whole"
until_line OK
at AT+CGMR; has "Revision:1418B05SIM800L24"
