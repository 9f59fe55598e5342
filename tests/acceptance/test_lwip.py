# lwIP's PPP as a host: the stack of esp_modem, of ESP-IDF and of much other firmware, in a client of our own.
# SPDX-License-Identifier: MIT
import glob
import os
import re
import subprocess
import tempfile
import unittest

from harness import DEADLINE, AcceptanceTest
from peers import ROOT, ping_is_allowed, sources
from servers import ScriptedServer, at, page

BODY = bytes(range(32, 127)) * 500
APN = {"internet": {"user": "me", "password": "secret", "ip": "10.89.193.1"}}


class Lwip(AcceptanceTest):
    @classmethod
    def setUpClass(cls):
        lwip, own = sources("lwIP"), os.path.join(ROOT, "tests", "support", "lwip")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.client = os.path.join(folder.name, "client")
        parts = [name for pattern in ("core/*.c", "core/ipv4/*.c", "netif/ppp/*.c", "netif/ppp/polarssl/md5.c")
                 for name in glob.glob(os.path.join(lwip, pattern))]
        subprocess.run(["cc", "-O1", "-w", "-o", cls.client, "-I", own, "-I", os.path.join(lwip, "include"),
                        os.path.join(own, "client.c"), *parts], check=True)

    def call(self, how, password="secret", **network):
        server = self.keep(ScriptedServer(page(BODY)))
        tty = self.path("tty")
        self.module("--pty", tty, scenario={
            "network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}, **network}})
        ping = ["ping"] if ping_is_allowed() else []
        ran = subprocess.run([self.client, tty, how, "me", password, "a.test", str(server.port), *ping],
                             capture_output=True, timeout=DEADLINE, check=False)
        said = ran.stderr.decode()
        return ran, dict(re.findall(r"^RESULT (\S+) (.*)$", said, re.M)), said

    def check(self, how):
        ran, results, said = self.call(how, apns=APN)
        self.assertEqual(ran.returncode, 0, said)
        self.assertEqual(results, {"address": "10.89.193.1", "servers": "8.8.8.8 8.8.4.4", "unknown": "0", "calls": "2"})
        pages = ran.stdout.split(b"\r\n\r\n")
        self.assertEqual([each[:len(BODY)] == BODY for each in pages[1:]], [True, True])

    def test_pap(self):
        self.check("pap")

    def test_chap(self):
        self.check("chap")

    def test_without_proof(self):
        ran, results, said = self.call("none", apns={"internet": {"ip": "10.89.193.1"}})
        self.assertEqual((ran.returncode, results.get("calls")), (0, "2"), said)

    def test_a_wrong_password(self):
        ran, _, said = self.call("pap", "wrong", apns=APN)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("PPP does not come up", said)


if __name__ == "__main__":
    unittest.main()
