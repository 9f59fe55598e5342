#!/bin/sh
# A message arrives exactly inside the answer of AT+CSQ, and can be read.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
ctl fault add '{"on": {"command": "AT+CSQ"}, "times": 1,
                "do": {"sms": {"from": "+420777000000", "text": "UPLOAD"}, "place": "inside"}}'
ok ATE0 AT+CMGF=1
at AT+CSQ
has '+CSQ: 21,0

+CMTI: "SM",1

OK'
at AT+CMGR=1; has UPLOAD
