#!/bin/sh
# The second FTP upload is reset after 40,000 bytes; the first is not.
# SPDX-License-Identifier: MIT
# shellcheck source=examples/sh/common.sh
. "$(dirname "$0")/common.sh"
serve ftp ftp.example
ctl fault add '{"name": "reset", "on": {"ftp": {"verb": "put", "phase": "data", "after_bytes": 40000, "session": 2}},
                "do": {"connection": "reset"}}'

piece=$(printf '%01360d' 0)
upload() { # NAME: 37 pieces of 1,360 bytes; $code is 0 or what went wrong
  ok "AT+FTPPUTNAME=\"$1\"" "AT+FTPPUT=1"
  sent=0
  until_line "+FTPPUT: 1,"
  while [ "$sent" -lt 37 ]; do
    code=${line#+FTPPUT: 1,}
    case $code in 1,*) ;; *) return ;; esac
    printf 'AT+FTPPUT=2,1360\r' >&3
    while :; do
      IFS= read -r line <&3
      line=${line%"$cr"}
      case $line in
        "+FTPPUT: 2,1360") break ;;
        "+FTPPUT: 1,"*) code=${line#+FTPPUT: 1,} ;;
        ERROR) case $code in 1,*) until_line "+FTPPUT: 1,"; code=${line#+FTPPUT: 1,} ;; esac; return ;;
      esac
    done
    printf '%s' "$piece" >&3
    sent=$((sent + 1))
    until_line "+FTPPUT: 1,"
  done
  code=${line#+FTPPUT: 1,}
  case $code in 1,*) ;; *) return ;; esac
  ok "AT+FTPPUT=2,0"
  until_line "+FTPPUT: 1,"
  code=${line#+FTPPUT: 1,}
}

ok 'AT+SAPBR=3,1,"APN","CMNET"' 'AT+SAPBR=1,1' 'AT+FTPCID=1' 'AT+FTPSERV="ftp.example"' 'AT+FTPUN="me"' 'AT+FTPPW="secret"' \
  'AT+FTPPUTPATH="/"'
upload first
[ "$code" = 0 ] || fail "the first upload ended with $code"
upload second
[ "$code" != 0 ] || fail "the second upload went well"
upload third
[ "$code" = 0 ] || fail "the third upload ended with $code"
