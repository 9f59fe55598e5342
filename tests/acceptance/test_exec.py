# sim800 exec: a command with a module beside it, its exit status, and the reports.
# SPDX-License-Identifier: MIT
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from doc_page import DocPage
from harness import DEADLINE, SIM800, AcceptanceTest, Pipe, end, spawn

try:
    import yaml
except ImportError:
    yaml = None

SAY_AT = """
import os, socket, sys
host, port = os.environ["SIM800_TCP"].rsplit(":", 1)
line = socket.create_connection((host, int(port)))
def ask(command):
    line.sendall(command.encode() + b"\\r")
    said = b""
    while not said.endswith((b"OK\\r\\n", b"ERROR\\r\\n", b"ERROR: 3\\r\\n")): said += line.recv(1000)
    return said
"""
FAULT = {"faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 3}}]}


class Exec(AcceptanceTest):
    def scenario(self, content, name="scenario.json"):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(content, file)
        return self.path(name)

    def exec(self, *options, script=None, command=None, timing="instant", **run):
        words = command or [sys.executable, "-c", SAY_AT + (script or "")]
        timing = ["--timing", timing] if timing else []
        return subprocess.run([SIM800, "exec", *timing, *options, "--", *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=DEADLINE, check=False, cwd=self.dir, **run)

    def test_the_command_finds_a_module_that_is_ready(self):
        ran = self.exec(script="sys.stdout.buffer.write(ask('AT')); print(os.path.realpath(os.environ['SIM800_TTY'])); "
                               "print(os.environ['SIM800_CONTROL'])")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, r"\A(?:.*\n)*?AT\n\nOK\n/dev/pts/\d+\nhttp://127\.0\.0\.1:\d+\n\Z")

    def test_each_of_several_modules_is_named(self):
        ran = self.exec("--modules", "2", command=["sh", "-c", 'echo "$SIM800_TCP $SIM800_TCP_1"; readlink "$SIM800_TTY" "$SIM800_TTY_1"'])
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        first, *ttys = ran.stdout.splitlines()
        self.assertEqual(len(set(first.split(" "))), 2)
        self.assertEqual(len(set(ttys)), 2)

    def test_endpoints_of_ones_own_are_the_ones_named(self):
        ran = self.exec("--pty", "my tty", command=["sh", "-c", 'echo "$SIM800_TTY"; cd /; test -c "$SIM800_TTY"'])
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, self.path("my tty") + "\n", ""))

    def test_nothing_is_left_behind(self):
        folder = self.path("tmp")
        os.mkdir(folder)
        ran = self.exec(command=["sh", "-c", 'test -n "$(ls $TMPDIR)"'], env={**os.environ, "TMPDIR": folder})
        self.assertEqual((ran.returncode, ran.stderr, os.listdir(folder)), (0, "", []))

    def test_its_status_is_the_commands(self):
        for script, status in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)):
            with self.subTest(script):
                ran = self.exec(command=["sh", "-c", script])
                self.assertEqual((ran.returncode, ran.stderr), (status, ""))

    def test_a_command_that_cannot_run(self):
        ran = self.exec(command=["./nowhere"])
        self.assertEqual((ran.returncode, ran.stderr), (127, "sim800: ./nowhere: No such file or directory\n"))
        self.scenario({}, "plain")
        ran = self.exec(command=["./plain"])
        self.assertEqual((ran.returncode, ran.stderr), (126, "sim800: ./plain: Permission denied\n"))

    def test_what_is_wrong_before_it_starts(self):
        rows = [(["hermetik"], "expected a file, or the name of a scenario that ships, found neither"),
                (["--report", "x.txt"], '--report: expected FILE.xml or FILE.html, found "x.txt"'),
                (["--report", "no/x.xml"], "--report: no/x.xml: No such file or directory"),
                (["--trace-on-failure", "/dev/null/x"], "--trace-on-failure: /dev/null/x: Not a directory"),
                (["--trace", "-"], "--trace: expected a file, because standard output is the command's"),
                (["--stdio"], "--stdio"), (["--set", "x"], "--set x: expected KEY=VALUE")]
        for options, expected in rows:
            with self.subTest(options):
                ran = self.exec(*options, command=["touch", "started"])
                self.assertEqual((ran.returncode, ran.stdout), (2, ""))
                self.assertIn(expected, ran.stderr)
                self.assertFalse(os.path.exists(self.path("started")))
        ran = subprocess.run([SIM800, "exec", "hermetic"], capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("expected a command behind --, found none", ran.stderr)

    def test_a_fault_that_never_fired_is_a_failure(self):
        scenario = self.scenario(FAULT)
        ran = self.exec(scenario, script="ask('AT+CSQ')")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        ran = self.exec(scenario, script="ask('AT')")
        self.assertEqual((ran.returncode, ran.stderr), (3, "sim800: never fired: /faults/0: command AT+CSQ\n"))
        self.assertEqual(self.exec(scenario, "--allow-unfired", script="ask('AT')").returncode, 0)
        self.assertEqual(self.exec(scenario, script="ask('AT'); sys.exit(9)").returncode, 9)

    def test_an_expectation_that_failed_is_a_failure(self):
        scenario = self.scenario({**FAULT, "expect": [{"command": "AT+CREG", "at_most": 1, "name": "asks once"}]})
        ran = self.exec(scenario, script="ask('AT+CSQ'); ask('AT+CREG?')")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        ran = self.exec(scenario, script="ask('AT+CREG?'); ask('AT+CREG?')")
        self.assertEqual(ran.returncode, 4)
        self.assertIn("asks once", ran.stderr)

    def test_run_fails_likewise_where_it_is_strict(self):
        scenario = self.scenario({"timing": {"profile": "instant"}, **FAULT})
        for options, status in (((), 0), (("--strict",), 3)):
            ran = subprocess.run([SIM800, "run", "--stdio", *options, scenario], input="AT\r", capture_output=True, text=True,
                                 timeout=DEADLINE, check=False)
            self.assertEqual(ran.returncode, status, ran.stderr)

    def test_signals_go_to_the_command_first(self):
        command = ["sh", "-c", "trap 'echo got it; exit 5' TERM; echo started; while :; do sleep 0.01; done"]
        program = spawn([SIM800, "exec", "--timing", "instant", "--", *command], stdout=subprocess.PIPE)
        self.addCleanup(end, program)
        said = Pipe(program.stdout.fileno())
        said.until(b"started\n")
        program.send_signal(signal.SIGTERM)
        said.until(b"got it\n")
        self.assertEqual(program.wait(DEADLINE), 5)

    def test_a_signal_before_the_module_is_ready_ends_it(self):
        scenario = self.scenario({"timing": {"overrides": {"boot.rdy": "1000s", "boot.uart": "1000s"}}})
        program = spawn([SIM800, "exec", scenario, "--log-level", "info", "--", "touch", self.path("started")],
                        stderr=subprocess.PIPE)
        self.addCleanup(end, program)
        Pipe(program.stderr.fileno()).until(b"power")
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(DEADLINE), 128 + signal.SIGTERM)
        self.assertFalse(os.path.exists(self.path("started")))

    def test_a_module_that_never_gets_ready(self):
        never = self.scenario({"timing": {"overrides": {"boot.rdy": "1000h", "boot.uart": "1000h"}}})
        ran = self.exec(never, "--ready-within", "0.2", "--report", "report.xml", command=["touch", self.path("started")],
                        timing=None)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (
            3, "", "sim800: the module was not ready within 0.2 s (--ready-within), so the command was not started\n"))
        self.assertFalse(os.path.exists(self.path("started")))
        suite, = ElementTree.parse(self.path("report.xml")).getroot()
        self.assertEqual(suite[0][0].get("message"), "not started: the module was not ready within 0.2 s")
        ran = self.exec("--ready-within", "0", command=["true"])
        self.assertEqual(ran.returncode, 2)
        self.assertIn("--ready-within", ran.stderr)

    def test_a_report_for_ci(self):
        scenario = self.scenario({"name": "two <faults>", "faults": [
            {"on": {"command": "AT+CSQ"}, "do": {"cme": 3}, "name": "no signal"},
            {"on": {"command": "AT+COPS"}, "do": {"cme": 3}}]})
        ran = self.exec(scenario, "--report", "report.xml", script="ask('AT+CSQ')")
        self.assertEqual(ran.returncode, 3)
        suite, = ElementTree.parse(self.path("report.xml")).getroot()
        self.assertEqual((suite.get("name"), suite.get("tests"), suite.get("failures")), ("two <faults>", "3", "1"))
        command, fired, silent = suite
        self.assertEqual((command.get("classname"), list(command)), ("command", []))
        self.assertEqual((fired.get("classname"), fired.get("name"), list(fired)), ("faults", "no signal", []))
        self.assertEqual((silent.get("name"), silent[0].tag, silent[0].get("message")),
                         ("command AT+COPS -> cme 3", "failure", "never fired"))
        ran = self.exec(scenario, "--allow-unfired", "--report", "report.xml", script="ask('AT+CSQ'); sys.exit(6)")
        suite, = ElementTree.parse(self.path("report.xml")).getroot()
        self.assertEqual((ran.returncode, suite[0][0].get("message"), suite[2][0].tag), (6, "exit status 6", "skipped"))

    def test_a_report_for_people(self):
        ran = self.exec(self.scenario(FAULT), "--report", "report.html", script="ask('AT+CSQ'); ask('AT+GMR;<b>')")
        self.assertEqual(ran.returncode, 0)
        with open(self.path("report.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn('<span class="passed">passed</span>', page)
        self.assertRegex(page, r'<a class="fault" style="left:[0-9.]+%" href="#l\d+"')
        self.assertIn("AT+CSQ\\r", page)
        self.assertNotIn("<b>", page)

    def test_a_run_that_fails_leaves_its_trace(self):
        scenario = self.scenario({**FAULT, "name": "a/b"})
        ran = self.exec(scenario, "--trace-on-failure", "kept", script="ask('AT+CSQ')")
        self.assertEqual((ran.returncode, os.listdir(self.path("kept"))), (0, []))
        for _ in range(2):
            ran = self.exec(scenario, "--trace-on-failure", "kept", script="ask('AT')")
        self.assertEqual(ran.returncode, 3)
        self.assertIn("sim800: trace: kept/a-b-2.jsonl\n", ran.stderr)
        self.assertEqual(sorted(os.listdir(self.path("kept"))), ["a-b-2.jsonl", "a-b-2.txt", "a-b.jsonl", "a-b.txt"])
        with open(self.path("kept/a-b.txt"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"  > AT\\r\n")

    def test_what_happens_is_shown(self):
        ran = self.exec("--show", script="ask('AT+CSQ')")
        self.assertEqual((ran.returncode, ran.stdout), (0, ""))
        self.assertRegex(ran.stderr, r"(?m)^ +\d+\.\d{3}  (tcp\S* +)?> AT\+CSQ\\r$")
        self.assertNotIn("\x1b", ran.stderr)

    def test_output_of_the_command_is_its_own(self):
        ran = self.exec(command=["sh", "-c", "cat; echo out; echo err >&2"])
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "out\n", "err\n"))


@unittest.skipIf(yaml is None, "there is no Debian package python3-yaml")
class Workflow(AcceptanceTest):
    """The steps that docs/exec.md shows for GitHub, as they stand there."""

    def run_steps(self, firmware):
        page = DocPage("exec.md", self.dir)
        block, = page.blocks("yaml")
        steps = yaml.safe_load(block)
        os.mkdir(self.path("tests"))
        with open(self.path("tests/no-answer.json"), "w", encoding="utf-8") as file:
            json.dump({"name": "no-answer", "timing": {"profile": "instant"}, **FAULT}, file)
        with open(self.path("test-firmware.sh"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + firmware)
        os.chmod(self.path("test-firmware.sh"), 0o755)
        return steps, [page.shell(step["run"]).returncode for step in steps if "run" in step]

    def test_a_firmware_that_passes(self):
        steps, statuses = self.run_steps("exec %s\n" % shlex.join([sys.executable, "-c", SAY_AT + "ask('AT+CSQ')"]))
        self.assertEqual(statuses, [0, 0])
        upload, = (step for step in steps if "uses" in step)
        self.assertEqual((upload["if"], upload["with"]), ("failure()", {"path": "traces"}))
        self.assertEqual(ElementTree.parse(self.path("no-answer.xml")).getroot()[0].get("failures"), "0")
        self.assertEqual(os.listdir(self.path("traces")), [])

    def test_what_a_firmware_that_fails_leaves_is_what_is_uploaded(self):
        self.assertEqual(self.run_steps("exit 1\n")[1], [0, 1])
        self.assertEqual(sorted(os.listdir(self.path("traces"))), ["no-answer.jsonl", "no-answer.txt"])


if __name__ == "__main__":
    unittest.main()
