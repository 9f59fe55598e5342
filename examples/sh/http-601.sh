#!/bin/sh
# The third POST ends with 601 after 20 s, while the signal falls to 3 and comes back.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
serve http api.example
ctl fault add '{"name": "third", "on": {"http": {"method": "POST"}, "nth": 3},
                "do": [{"signal": {"rssi": 3}, "for": "20s"}, {"delay": "20s"}, {"http_status": 601}]}'

post() {
  ok AT+HTTPINIT 'AT+HTTPPARA="CID",1' 'AT+HTTPPARA="URL","api.example/"'
  printf 'AT+HTTPDATA=6,10000\r' >&3
  until_line DOWNLOAD
  printf report >&3
  until_line OK
  ok AT+HTTPACTION=1
}
status() { until_line "+HTTPACTION: 1,$1,"; ok AT+HTTPTERM; }

ok 'AT+SAPBR=3,1,"APN","CMNET"' 'AT+SAPBR=1,1'
post; status 200
post; status 200
post
until_fired
at AT+CSQ; has "+CSQ: 3,0"
ctl clock advance 20s
status 601
at AT+CSQ; has "+CSQ: 21,0"
