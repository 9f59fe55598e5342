#!/bin/sh
# The supply dips while a socket sends; the module goes off, and PWRKEY brings it back.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
serve tcp tcp.example
ctl fault add '{"on": {"socket": {"phase": "data", "direction": "up", "after_bytes": 10}}, "do": {"supply": "under-voltage-off", "for": "1s"}}'
ok 'AT+CSTT="CMNET"' AT+CIICR
printf 'AT+CIFSR\r' >&3
until_line 10.
ok "AT+CIPSTART=\"TCP\",\"tcp.example\",$port"
until_line "CONNECT OK"
printf 'AT+CIPSEND=20\r' >&3
until_line ""
printf '01234567890123456789' >&3
until_line "UNDER-VOLTAGE POWER DOWN"
while ! ask_ctl modem | grep -q '^power  *off'; do :; done
ctl clock advance 2s # the supply is back
ctl power key
until_line RDY
ok AT
