# Faults and events of a scenario, as the program has them fire.
# SPDX-License-Identifier: MIT
import json
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest

SCENARIO = {
    "serial": {"baud": 115200, "paced": True},
    "faults": [{"on": {"command": "AT+CSQ", "nth": 2}, "do": {"cme": 30, "lines": ["+X: 1"]}},
               {"on": {"command": "AT+CREG"}, "do": {"urc": "RING", "place": "inside"}},
               {"on": {"ftp": {"phase": "login"}}, "do": {"ftp_error": 72}}],
}


class Faults(AcceptanceTest):
    def run_it(self, text, name):
        scenario, trace = self.path("s.json"), self.path(name)
        with open(scenario, "w", encoding="utf-8") as file:
            json.dump(SCENARIO, file)
        return subprocess.run([SIM800, "run", scenario, "--stdio", "--timing=instant", "--trace", trace], input=text,
                              capture_output=True, timeout=DEADLINE, check=False), trace

    def test_they_fire_and_the_report_names_those_that_did_not(self):
        ran, trace = self.run_it(b"ATE0\rAT+CSQ;+CSQ\rAT+CREG?\r", "t.jsonl")
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"\r\n+X: 1\r\n\r\nERROR\r\n", ran.stdout)
        self.assertRegex(ran.stdout, rb"\r\n\+CREG: 0,\d\r\n\r\nRING\r\n\r\nOK\r\n")
        self.assertIn("sim800: never fired: /faults/2: ftp phase=login\n", ran.stderr.decode())
        self.assertNotIn("/faults/0", ran.stderr.decode())
        shown = subprocess.run([SIM800, "trace", trace], capture_output=True, text=True, timeout=DEADLINE, check=True)
        self.assertIn('fault 0 command AT+CSQ nth 2 -> cme 30 lines ["+X: 1"]', shown.stdout)
        self.assertIn("fault 1 command AT+CREG -> urc RING place inside", shown.stdout)


if __name__ == "__main__":
    unittest.main()
