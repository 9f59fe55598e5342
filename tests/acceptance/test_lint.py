# sim800 lint, and the lint of a run: what they tell, where, and how the program ends.
# SPDX-License-Identifier: MIT

import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ET

from harness import DEADLINE, SIM800, AcceptanceTest
from peers import ROOT


def event(time, name, **keys):
    pairs = "".join(',"%s":%s' % (key, value if isinstance(value, int) else '"%s"' % value) for key, value in keys.items())
    return '{"t":%.6f,"event":"%s"%s}\n' % (time, name, pairs)


def exchange(time, line, result, channel="c"):
    return (event(time, "rx", channel=channel, data="AT%s\\r" % line) +
            event(time, "command", channel=channel, line=line) + event(time + 0.1, "result", channel=channel, text=result))


class Lint(AcceptanceTest):
    def lint(self, *arguments, text=None):
        return subprocess.run([SIM800, "lint", *arguments], input=text, capture_output=True, text=True, timeout=DEADLINE,
                              check=False)

    def trace(self, text):
        with open(self.path("run.jsonl"), "w", encoding="ascii") as file:
            file.write(text)
        return self.path("run.jsonl")

    def test_the_rules_of_the_page(self):
        with open(os.path.join(ROOT, "docs/lint.md"), encoding="utf-8") as file:
            page = file.read()
        shown = re.search(r"(?s)<!-- rules: .*? -->\n(.*?)<!-- end of the rules -->", page)[1]
        self.assertEqual(shown, self.lint("--rules").stdout)

    def test_a_clean_trace(self):
        ran = self.lint(self.trace(exchange(1, "+CREG?", "OK") + exchange(2, "+CSQ", "OK")))
        self.assertEqual((ran.stdout, ran.stderr, ran.returncode), ("", "", 0))

    def test_a_message_that_is_acknowledged_with_a_pdu(self):
        """As oFono does; what is typed at the prompt is no line."""
        text = exchange(1, "+CREG?", "OK") + event(2, "rx", channel="c", data="AT+CNMA=1,2\\r") + \
            event(2.01, "command", channel="c", line="+CNMA=1,2") + event(2.02, "tx", channel="c", data="\\r\\n> ") + \
            event(2.03, "rx", channel="c", data="0000\\u001a") + event(2.04, "result", channel="c", text="OK") + \
            exchange(2.05, "+CSQ", "OK")
        ran = self.lint("-", text=text)
        self.assertEqual((ran.stdout, ran.stderr, ran.returncode), ("", "", 0))

    def test_findings(self):
        trace = self.trace(exchange(1, "+CSQQ", "ERROR") + exchange(2, "+CSQQ", "ERROR"))
        ran = self.lint(trace)
        self.assertEqual(ran.stdout.splitlines()[0],
                         "%s: 1.100 s c: unknown-command: AT+CSQQ; the nearest is AT+CSQ (manual 3.2.35), 2 times" % trace)
        self.assertRegex(ran.stdout, r"\nunknown-command: Probably a slip")
        self.assertEqual(ran.returncode, 1)

    def test_standard_input_that_ends_in_the_middle(self):
        ran = self.lint("-", text=exchange(1, "+CSQQ", "ERROR") + '{"t":3.0,"ev')
        self.assertTrue(ran.stdout.startswith("-: 1.100 s c: unknown-command"), ran.stdout)
        self.assertEqual(ran.returncode, 1)

    def test_several_modules(self):
        text = exchange(1, "+CSQQ", "ERROR").replace('"channel"', '"module":"a","channel"') + \
            exchange(2, "+CREG?", "OK").replace('"channel"', '"module":"b","channel"')
        self.assertRegex(self.lint("-", text=text).stdout, r"^-: 1.100 s a c: unknown-command")

    def test_junit(self):
        report = self.path("lint.xml")
        ran = self.lint("-", "--report", report, text=exchange(1, "+CSQQ", "ERROR"))
        self.assertEqual(ran.returncode, 1)
        failures = ET.parse(report).getroot().findall(".//testcase[failure]")
        self.assertEqual([case.get("name") for case in failures], ["unknown-command"])
        self.assertGreater(len(ET.parse(report).getroot().findall(".//testcase")), 10)

    def test_what_is_no_trace(self):
        for text, expected in (("hello\n", "-:1: expected a JSON object"), ('{"t":1}\n', '-:1: expected "event", a string')):
            ran = self.lint("-", text=text)
            self.assertEqual((ran.stderr.strip(), ran.returncode), (expected, 2))
        ran = self.lint(self.path("none"))
        self.assertEqual(ran.returncode, 2)
        self.assertIn("expected a trace file that can be read", ran.stderr)
        ran = self.lint()
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("expected a trace, or --rules, found none", ran.stderr)


class Live(AcceptanceTest):
    def run_with(self, *options, sent):
        return subprocess.run([SIM800, "run", "--stdio", "--timing", "instant", *options], input=sent, capture_output=True,
                              timeout=DEADLINE, check=False)

    def test_it_tells_what_it_finds(self):
        ran = self.run_with("--lint", sent=b"AT+CSQQ\r")
        self.assertRegex(ran.stderr, rb"(?m)^sim800: lint: \d+\.\d+ s \S+: unknown-command: AT\+CSQQ; the nearest is AT\+CSQ ")
        self.assertEqual(ran.returncode, 0)

    def test_error_makes_the_run_fail(self):
        self.assertEqual(self.run_with("--lint=error", sent=b"AT+CSQQ\r").returncode, 4)
        self.assertEqual(self.run_with("--lint=error", sent=b"AT+CSQ\r").returncode, 0)

    def test_it_is_in_the_report(self):
        report = self.path("run.xml")
        self.run_with("--lint=error", "--report", report, sent=b"AT+CSQQ\r")
        cases = ET.parse(report).getroot().findall(".//testcase[failure]")
        self.assertEqual([case.get("name") for case in cases], ["unknown-command"])

    def test_any_other_word_is_refused(self):
        ran = self.run_with("--lint=loud", sent=b"")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn(b"--lint", ran.stderr)


if __name__ == "__main__":
    unittest.main()
