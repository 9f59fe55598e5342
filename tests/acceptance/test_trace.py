# Traces that are followed, traces that become dialogues, and the report of the dialogues that are played.
# SPDX-License-Identifier: MIT
import json
import os
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from harness import DEADLINE, SIM800, AcceptanceTest, Pipe, end, spawn
from servers import LOOPBACK
from sockets import Sink, TcpServer

SERVERLESS = {"network": {"hosts": {"*": "unresolvable"}}}


class Program(AcceptanceTest):
    def sim800(self, *words):
        return subprocess.run([SIM800, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE,
                              check=False, cwd=self.dir)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)


class Follow(Program):
    def test_it_prints_while_the_module_runs_and_ends_with_it(self):
        trace = self.path("run.jsonl")
        module = self.module("--trace", trace)
        host = self.host(module)
        follower = spawn([SIM800, "trace", "-f", trace], stdout=subprocess.PIPE)
        self.addCleanup(end, follower)
        said = Pipe(follower.stdout.fileno())
        said.until(b"SMS Ready")
        for command in b"AT+CSQ", b"AT+CREG?":
            host.ask(command.decode())
            said.until(b"  > " + command + b"\\r\n")
        self.assertIsNone(follower.poll())
        self.assertEqual(module.end(), 0)
        self.assertIn(b"end\n", said.rest())
        self.assertEqual(follower.wait(DEADLINE), 0)

    def test_it_follows_standard_input(self):
        read, write = os.pipe()
        follower = spawn([SIM800, "trace", "-f", "-"], stdin=read, stdout=subprocess.PIPE)
        self.addCleanup(end, follower)
        os.close(read)
        said = Pipe(follower.stdout.fileno())
        os.write(write, b'{"t":1.0,"event":"power","state":"on"}\n')
        said.until(b"power on\n")
        os.write(write, b'{"t":2.0,"event":"end"}\n')
        self.assertIn(b"2.000", said.rest())
        os.close(write)
        self.assertEqual(follower.wait(DEADLINE), 0)


class ToDialogue(Program):
    def record(self, talk, scenario=None):
        trace = self.path("run.jsonl")
        module = self.module("--trace", trace, scenario=scenario)
        host = self.host(module)
        talk(host)
        self.assertEqual(module.end(), 0)
        return trace

    def test_a_trace_becomes_a_dialogue_that_play_accepts(self):
        def talk(host):
            host.ok("AT+CMGF=1")
            host.say('AT+CMGW="+420777000000"', b"\r\n> ")
            host.send(b"Hello\x1a")
            host.until(b"\r\n+CMGW: 1\r\n\r\nOK\r\n")
            host.ask("AT+CMGR=1")
            host.open_bearer()
            host.http("nowhere.example")
            self.assertEqual(host.action(), (603, 0))
            host.say("AT+HTTPDATA=10,5000", b"\r\nDOWNLOAD\r\n")
            host.send(b"0123456789")
            host.until(b"\r\nOK\r\n")
            host.ask("AT+CSQQ")
        trace = self.record(talk, SERVERLESS)
        printed = self.sim800("trace", trace, "--dialogue")
        self.assertEqual((printed.returncode, printed.stderr), (0, ""))
        for line in "> AT+CMGF=1", "< > ", "< +CMGW: 1", "< +HTTPACTION: 0,603,0", "< DOWNLOAD", "< ERROR":
            self.assertIn("\n%s\n" % line, "\n" + printed.stdout)
        dialogue = self.write("again.txt", printed.stdout)
        scenario = self.write("serverless.json", '{"timing": {"profile": "instant"}, "network": {"hosts": {"*": "unresolvable"}}}')
        played = self.sim800("play", "--scenario", scenario, dialogue)
        self.assertEqual((played.returncode, played.stderr), (0, ""))
        # What differs from the recorded module is a difference.
        played = self.sim800("play", "--scenario", scenario, "--set", "network.hosts.nowhere.example=refuse", dialogue)
        self.assertEqual(played.returncode, 1)
        self.assertRegex(played.stderr, r'expected "\+HTTPACTION: 0,603,0", got "\+HTTPACTION: 0,601,0"')

    def test_of_several_lines_one_is_named(self):
        trace = self.path("run.jsonl")
        module = self.module("--trace", trace, tcp=2)
        first, second = self.host(module), self.host(module, tcp=1)
        first.ok("AT")
        second.ok("AT+CMEE=2")
        self.assertEqual(module.end(), 0)
        refused = self.sim800("trace", trace, "--dialogue")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--channel", refused.stderr)
        channel = "tcp:127.0.0.1:0#2"
        printed = self.sim800("trace", trace, "--dialogue", "--channel", channel)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        self.assertIn("> AT+CMEE=2\n", printed.stdout)


class Report(Program):
    def cases(self):
        suite, = ElementTree.parse(self.path("played.xml")).getroot()
        return [(os.path.basename(case.get("name")), [(child.tag, child.get("message")) for child in case]) for case in suite]

    def test_each_dialogue_is_a_case(self):
        good, bad = self.write("good.txt", "> AT\n< OK\n"), self.write("bad.txt", "> AT+CSQ\n< +CSQ: 9,0\n< OK\n")
        ran = self.sim800("play", "--report", "played.xml", good, bad, good)
        self.assertEqual(ran.returncode, 1)
        (first, passed), (second, failed), (third, skipped) = self.cases()
        self.assertEqual((first, passed, second, third), ("good.txt", [], "bad.txt", "good.txt"))
        self.assertEqual(skipped, [("skipped", "not played")])
        self.assertEqual(failed[0][0], "failure")
        self.assertIn('bad.txt:2: expected "+CSQ: 9,0", got "+CSQ: 21,0"', failed[0][1])
        ran = self.sim800("play", "--report", "played.xml", good)
        self.assertEqual((ran.returncode, self.cases()), (0, [("good.txt", [])]))

    def test_a_report_that_cannot_be_written_is_refused_before_anything_is_played(self):
        good = self.write("good.txt", "> AT\n< OK\n")
        for report, expected in (("no/x.xml", "no/x.xml: No such file or directory"), ("x.txt", "expected FILE.xml")):
            ran = self.sim800("play", "--report", report, good)
            self.assertEqual((ran.returncode, ran.stdout), (2, ""))
            self.assertIn(expected, ran.stderr)


class Beside(Program):
    """play beside a module that runs already."""

    def play(self, *words, timing="instant", scenario=None):
        dialogue = self.write("signal.txt", "> AT+CSQ\n< ERROR\n> AT+CSQ\n<~ \\+CSQ: .*\n< OK\n")
        path = self.write("second.json", json.dumps({
            "timing": {"profile": timing, "scale": 0.01}, **(scenario or {}),
            "faults": [{"on": {"line": ".", "nth": 2}, "do": {"result": "ERROR"}}],
            "expect": [{"never": {"command": "AT+CCALR"}}]}))
        return self.sim800("exec", path, "--", "sh", "-c", '"$0" play --tcp "$SIM800_TCP" "$@"', SIM800, *words, dialogue)

    def test_whether_a_controlled_module_has_booted_is_not_asked_on_its_line(self):
        for timing in "instant", "typical":
            with self.subTest(timing):
                ran = self.play(timing=timing)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)

    def test_a_module_that_has_no_card_is_not_waited_for(self):
        ran = self.play(scenario={"sim": {"present": False}})
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)

    def test_the_level_of_a_modem_line_is_known_over_tcp(self):
        server = self.keep(TcpServer(Sink()))
        dialogue = self.write("transparent.txt", "".join(line + "\n" for line in (
            "> AT+CIPMODE=1", "< OK", '> AT+CSTT="CMNET"', "< OK", "> AT+CIICR", "< OK", "> AT+CIFSR", r"<~ \d+\.\d+\.\d+\.\d+",
            "<! DCD off", '> AT+CIPSTART="TCP","%s",%d' % (LOOPBACK, server.port), "< OK", "< CONNECT", "<! DCD on")))
        ran = self.sim800("exec", "--timing", "instant", "--", "sh", "-c", '"$0" play --tcp "$SIM800_TCP" "$1"', SIM800, dialogue)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)

    def test_a_control_that_is_not_there(self):
        ran = self.play("--control", "unix:" + self.path("none"))
        self.assertEqual(ran.returncode, 2)
        self.assertIn(self.path("none"), ran.stderr)


if __name__ == "__main__":
    unittest.main()
