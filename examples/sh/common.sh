# What the scripts beside this share; each is run by `sim800 exec`.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
: "${SIM800_TTY:?run this by: sim800 exec --timing instant -- $0}"
exec 3<>"$SIM800_TTY"
cr=$(printf '\r')
server=
trap '[ -z "$server" ] || kill "$server"' EXIT

ctl() { "${SIM800:-sim800}" ctl "$@" >/dev/null; }
ask_ctl() { "${SIM800:-sim800}" ctl "$@"; }
until_fired() { while ask_ctl --json fault list | grep -q '"fired":0'; do :; done; }
fail() { echo "$0: $*" >&2; exit 1; }

# Reads lines up to one that begins so; it is in $line, all of them are in $answer.
until_line() {
  answer=
  while IFS= read -r line <&3; do
    line=${line%"$cr"}
    answer="$answer$line
"
    case $line in "$1"*) return ;; esac
  done
  fail "the line ended before $1"
}

# Types a command; its answer is in $answer, its final result in $line.
at() {
  printf '%s\r' "$1" >&3
  answer=
  while IFS= read -r line <&3; do
    line=${line%"$cr"}
    answer="$answer$line
"
    case $line in OK | ERROR | "+CME ERROR"* | "+CMS ERROR"*) return ;; esac
  done
}
ok() { for one in "$@"; do at "$one"; [ "$line" = OK ] || fail "$one: $line"; done; }
has() { case $answer in *"$1"*) ;; *) fail "expected $1, found $answer" ;; esac; }

# Starts a server for "http", "ftp" or "tcp"; the name NAME leads to it.
serve() {
  ports=$(mktemp)
  python3 "$(dirname "$0")/../servers.py" "$1" >"$ports" 3>&- &
  server=$!
  while ! [ -s "$ports" ]; do kill -0 "$server" || fail "no server"; done
  port=$(cat "$ports")
  rm "$ports"
  ctl world "{\"network\": {\"hosts\": {\"$2\": \"127.0.0.1:$port\"}}}"
}
