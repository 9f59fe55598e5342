# Command-line programs that need nothing but the module's pseudo-terminal: gnokii and comgt, without a preloaded library.
# SPDX-License-Identifier: MIT
import os
import subprocess
import unittest

from harness import BOOT, DEADLINE, AcceptanceTest, Host
from peers import require
from recipes import recipe

OWN = "+8613800138000"
WORLD = {"sim": {"phonebook": [{"index": 1, "number": "+420123456789", "type": 145, "name": "Alice"}]},
         "network": {"signal": {"rssi": 21}}}


class Programs(AcceptanceTest):
    timing = "instant"

    def setUp(self):
        super().setUp()
        self.link = self.path("tty")
        self.module("--pty", self.link, scenario=WORLD, timing=self.timing, tcp=0)
        host = self.keep(Host.pty(self.link))
        host.expect(BOOT)
        host.registered()
        host.close()

    def run_program(self, *command, typed="", status=0):
        require(command[0])
        ran = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": self.dir}, capture_output=True,
                             input=typed, text=True, timeout=2 * DEADLINE, check=False)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran.stdout + ran.stderr

    def gnokii(self, *arguments, **rest):
        configuration = self.path("gnokiirc")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(recipe("[global]", {"/tmp/modem": self.link}))
        return self.run_program("gnokii", "--config", configuration, *arguments, **rest)

    def test_gnokii(self):
        identity = self.gnokii("--identify")
        for value in "866104020304051", "SIMCOM_Ltd", "SIMCOM_SIM800L":
            self.assertIn(value, identity)
        state = self.gnokii("--monitor", "once", status=5)  # "not implemented": it wants a phone's display too
        for value in "Network: China Mobile", "LAC: 1816", "RFLevel: 21", "SIM: Used 1, Free 249":
            self.assertIn(value, state)
        self.assertIn("Alice", self.gnokii("--getphonebook", "SM", "1"))
        self.assertIn("Send succeeded", self.gnokii("--sendsms", OWN, typed="Hello by gnokii"))

    def test_gnokii_reads_and_deletes(self):
        host = self.keep(Host.pty(self.link))
        host.ok("AT+CMGF=1")
        host.say('AT+CMGW="+420100"', b"\r\n> ")
        host.send(b"kept\x1a")
        host.until(b"+CMGW: 1\r\n\r\nOK\r\n")
        host.close()
        self.assertIn("kept", self.gnokii("--getsms", "SM", "1"))
        self.assertIn("deleted", self.gnokii("--deletesms", "SM", "1").lower())

    def test_comgt(self):
        answers = self.run_program("comgt", "-d", self.link)
        for value in "SIM ready", 'Registered on Home network: "CHINA MOBILE"', "Signal Quality: 21,0":
            self.assertIn(value, answers)
        self.assertIn("866104020304051", self.run_program("comgt", "-d", self.link, "info"))


class InFieldTime(Programs):
    timing = "typical"


if __name__ == "__main__":
    unittest.main()
