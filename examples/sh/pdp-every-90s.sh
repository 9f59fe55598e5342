#!/bin/sh
# The network deactivates the PDP context every 90 seconds.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
for _ in 1 2 3; do
  ok 'AT+SAPBR=3,1,"APN","CMNET"' AT+SAPBR=1,1
  ctl clock advance 90s
  ctl 'do' '{"pdp": "deactivated"}'
  until_line "+SAPBR 1: DEACT"
done
