# Linux's own PPP with pppd as a host: on the line, and on a DLC of its own multiplexer, n_gsm.
# SPDX-License-Identifier: MIT
import hashlib
import unittest

from harness import AcceptanceTest
from linux_guest import run_in_guest
from peers import ping_is_allowed, require
from servers import ScriptedServer, at, page

BODY = bytes(range(32, 127)) * 500
PPP = ["drivers/net/slip/slhc", "lib/crc-ccitt", "drivers/net/ppp/ppp_generic", "drivers/net/ppp/ppp_async"]
APN = {"internet": {"user": "me", "password": "secret", "ip": "10.89.193.1"}}

DIAL = r"""
dial() { # PORT OPTION...
  port=$1; shift
  pppd $port 115200 updetach debug logfile /run/ppp.log noauth nocrtscts nolock noipdefault usepeerdns defaultroute lcp-echo-interval 0 \
    connect 'chat -v -t 30 "" ATE0 OK "AT+CGDCONT=1,\"IP\",\"internet\"" OK ATD*99\# CONNECT ""' "$@"
  result dialled $?
}
hang_up() {
  busybox killall pppd
  while busybox pidof pppd > /run/old; do busybox sleep 0.1; done
}
"""
USE = r"""
result address $(busybox ip -4 -o addr show ppp0 | busybox sed 's/ *peer.*//; s/.* //')
busybox mount --bind /etc/ppp/resolv.conf /etc/resolv.conf
result servers $(busybox sed -n 's/nameserver //p' /etc/resolv.conf)
result known $(busybox nslookup a.test 8.8.8.8 | busybox sed -n '/^Name/,$ s/^Address.*: //p')
result unknown $(busybox nslookup b.test 8.8.8.8 2>&1 | busybox grep -c -i "can't find\|NXDOMAIN")
result page $(busybox wget -q -O - http://a.test/ | busybox md5sum)
result ping $(busybox ping -c 1 -W 10 a.test | busybox grep -c "1 packets received")
"""


class Pppd(AcceptanceTest):
    def dial(self, script, modules=(), **world):
        require("pppd")
        self.server = self.keep(ScriptedServer(page(BODY)))
        link = self.path("tty")
        self.module("--pty", link, scenario={
            **world, "network": {"hosts": {"a.test": at(self.server.port), "*": "unresolvable"}, **world.get("network", {})}})
        return run_in_guest(self.dir, DIAL + script + "\nbusybox cat /run/ppp.log", [*PPP, *modules], link)

    def check_use(self, results, said):
        wanted = {"dialled": "0", "servers": "8.8.8.8 8.8.4.4", "page": hashlib.md5(BODY).hexdigest() + " -"}
        self.assertEqual({name: results.get(name) for name in wanted}, wanted, said)
        self.assertTrue(results["known"].startswith("198.18."), said)
        self.assertNotEqual(results["unknown"], "0", said)
        if ping_is_allowed():
            self.assertEqual(results["ping"], "1", said)

    def test_without_proof(self):
        results, said = self.dial("dial /dev/ttyS0 local\n" + USE + "hang_up")
        self.check_use(results, said)
        self.assertIn("rcvd [LCP TermAck", said)

    def test_pap(self):
        results, said = self.dial("dial /dev/ttyS0 local user me password secret\n" + USE + "hang_up",
                                  network={"apns": APN})
        self.check_use(results, said)
        self.assertEqual(results["address"], "10.89.193.1", said)
        self.assertIn("PAP authentication succeeded", said)

    def test_chap(self):
        results, said = self.dial("dial /dev/ttyS0 local refuse-pap user me password secret\n" + USE + "hang_up",
                                  network={"apns": APN})
        self.check_use(results, said)
        self.assertIn("CHAP authentication succeeded", said)

    def test_a_wrong_password(self):
        results, said = self.dial("dial /dev/ttyS0 local user me password wrong", network={"apns": APN})
        self.assertNotEqual(results["dialled"], "0", said)
        self.assertIn("LCP terminated by peer", said)

    def test_on_a_dlc(self):
        results, said = self.dial(r"""
ldattach -8 -n -1 -s 115200 -c "$(printf 'ATE0\rAT+CMUX=0\r')" -p 1 GSM0710 /dev/ttyS0
while [ ! -e /dev/gsmtty1 ]; do busybox sleep 0.1; done
dial /dev/gsmtty1
""" + USE + r"""
busybox mkfifo /run/typed
busybox microcom -X /dev/gsmtty2 < /run/typed > /run/answered &
exec 3> /run/typed
printf 'ATE0;+CSQ\r' >&3
until busybox grep -q OK /run/answered; do busybox sleep 0.1; done
exec 3>&-
result signal $(busybox tr -d '\r' < /run/answered | busybox grep +CSQ:)
hang_up
""", ["drivers/tty/n_gsm"])
        self.check_use(results, said)
        self.assertIn("+CSQ: 21,0", results.get("signal", ""), said)


if __name__ == "__main__":
    unittest.main()
