# sim800 ctl: the control interface from a shell, and what exec gives its command.
# SPDX-License-Identifier: MIT
import json
import os
import subprocess
import unittest

from control import Control
from harness import DEADLINE, ERROR, OK, SIM800, AcceptanceTest
from peers import ROOT


class CtlTest(AcceptanceTest):
    def start(self, **rest):
        self.running = self.module("--control", "127.0.0.1:0", **rest)
        self.url = Control.of(self.running).url
        return self.host(self.running)

    def call(self, *words, url=None):
        return subprocess.run([SIM800, "ctl", *words], capture_output=True, text=True, timeout=DEADLINE, check=False,
                              env={**os.environ, "SIM800_CONTROL": self.url if url is None else url})

    def ctl(self, *words):
        done = self.call(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def test_the_verbs(self):
        host = self.start()
        host.ok("AT+CMGF=1")
        self.ctl("signal", "3", "1")
        host.say("AT+CSQ", b"\r\n+CSQ: 3,1\r\n" + OK)
        self.ctl("sms", "send", "+420777000000", "UPLOAD")
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        self.assertIn("UPLOAD", self.ctl("sms", "list"))
        self.ctl("call", "+420777000000")
        host.until(b"\r\nRING\r\n")
        self.assertIn("+420777000000", self.ctl("calls"))
        self.ctl("call", "hang-up")
        host.until(b"NO CARRIER\r\n")
        self.assertEqual(self.ctl("at", "AT+CSQ"), "+CSQ: 3,1\nOK\n")
        self.ctl("sim", "removed")
        host.expect(b"\r\n+CPIN: NOT READY\r\n")
        self.ctl("sim", "inserted")
        self.ctl("wait", "registered", "--timeout", "1h")
        self.assertIn("network.registration     home\n", self.ctl("modem"))
        self.ctl("state", "bad")
        self.assertEqual(self.ctl("--json", "state"), '{"state":"bad"}\n')
        self.ctl("clock", "advance", "10min")
        self.ctl("link", "latency", "600ms")
        self.ctl("do", '{"urc": "+HELLO"}')
        host.until(b"\r\n+HELLO\r\n")
        self.assertIn('"urc"', self.ctl("events", "HELLO"))
        self.ctl("reset")
        host.until(b"\r\nRDY\r\n")
        self.ctl("shutdown")
        self.assertEqual(self.running.process.wait(DEADLINE), 0)

    def test_faults(self):
        host = self.start()
        fault = json.loads(self.ctl("--json", "fault", "add", '{"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}}'))
        host.say("AT+CSQ", ERROR)
        table = self.ctl("fault", "list").splitlines()
        self.assertEqual(table[0].split(), ["id", "on", "do", "enabled", "matched", "fired"])
        self.assertEqual(len(table), 2)
        self.ctl("fault", "remove", str(fault["id"]))
        self.assertEqual(self.ctl("fault", "list"), "")
        self.ctl("fault", "add", "http-500-every-third")
        with open(os.path.join(ROOT, "scenarios", "http-500-every-third.json"), encoding="utf-8") as file:
            count = len(json.load(file)["faults"])
        self.assertEqual(len(json.loads(self.ctl("--json", "fault", "list"))), count)

    def test_another_scenario(self):
        host = self.start()
        self.ctl("scenario", "sim-missing")
        host.until(b"\r\nRDY\r\n")
        host.until(b"+CPIN: NOT INSERTED\r\n")
        with open(self.path("weak.json"), "w", encoding="utf-8") as file:
            json.dump({"network": {"signal": {"rssi": 3}}}, file)
        self.ctl("scenario", self.path("weak.json"))
        host.until(b"\r\nSMS Ready\r\n")
        host.say("AT+CSQ", b"\r\n+CSQ: 3,0\r\n" + OK)
        self.assertIn('"rssi":3', self.ctl("--json", "scenario"))

    def test_refusals(self):
        self.start()
        for status, text, words in ((2, "/signal/rssi: expected an integer from 0 to 31, or 99, found 77", ("signal", "77")),
                                    (1, "expected an id or a name of GET /v1/faults", ("fault", "remove", "9")),
                                    (2, "expected JSON or a file with it, found \"nothing\"", ("do", "nothing")),
                                    (1, "found \"nothing\"", ("scenario", "nothing")),
                                    (1, "found \"nothing\"", ("fault", "add", "nothing")),
                                    (2, "slow-2g is a scenario without faults", ("fault", "add", "slow-2g")),
                                    (2, "expected JSON, found \"{\"", ("do", "{")),
                                    (1, "expected event power_off, found nothing", ("wait", "power_off", "--timeout", "10ms"))):
            done = self.call(*words)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(text, done.stderr)
        done = self.call("state", url="")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected --control URL, or SIM800_CONTROL in the environment, found neither", done.stderr)
        self.assertEqual(self.call("state", url="unix:" + self.path("nobody")).returncode, 2)

    def test_what_no_verb_takes(self):
        self.start()
        for text, words in (('expected a subcommand of "ctl", found "signl"; did you mean "signal"?', ("signl", "3")),
                            ('expected a subcommand of "sms", found "lst"; did you mean "list"?', ("sms", "lst")),
                            ('latency: expected a duration such as "600ms", found "600"', ("link", "latency", "600")),
                            ('blackhole: expected on or off, found "maybe"', ("link", "blackhole", "maybe")),
                            ('down: expected a number of kbit/s, found "fast"', ("link", "down", "fast")),
                            ('down: expected a number of kbit/s, found ""', ("link", "down", "")),
                            ('expected a number from 1e-06 to 1000, found "abc"', ("clock", "scale", "abc")),
                            ("expected no --module: this is done to all modules", ("--module", "0", "reset")),
                            ("expected no --module: this is done to all modules", ("--module", "0", "scenario", "slow-2g"))):
            with self.subTest(words):
                done = self.call(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(text, done.stderr)
        done = self.call("scenario", "./nothing.json")
        self.assertEqual((done.returncode, done.stderr),
                         (1, 'sim800: expected JSON, a file with it, or the name of a scenario that ships, found "./nothing.json"\n'))

    def test_a_line_that_is_not_answered(self):
        self.start()
        self.ctl("clock", "scale", "0.001")  # of sixty seconds
        self.ctl("power", "loss")
        done = self.call("at", "AT")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "sim800: no final result within 60 s\n"))

    def test_one_of_several_modules(self):
        module = self.module("--control", "127.0.0.1:0", "--modules", "2")
        self.url = Control.of(module).url
        self.ctl("--module", "1", "fault", "add", "http-timeout")
        self.assertEqual(self.ctl("fault", "list"), "")
        self.assertIn("http", self.ctl("--module", "1", "fault", "list"))
        for words in ("clock", "show"), ("report",), ("metrics",):
            self.assertEqual(len(self.ctl("--module", "1", *words).splitlines()), len(self.ctl(*words).splitlines()))

    def test_the_supply_comes_back(self):
        self.start()
        self.ctl("supply", "over-voltage")
        self.ctl("supply", "normal")
        self.assertIn("supply                   normal\n", self.ctl("modem"))

    def test_a_command_of_exec_finds_it(self):
        done = subprocess.run([SIM800, "exec", "--timing", "instant", "--", SIM800, "ctl", "at", "AT+CSQ"],
                              capture_output=True, text=True, timeout=DEADLINE, check=False, cwd=self.dir)
        self.assertEqual((done.returncode, done.stdout.splitlines()[-2:]), (0, ["+CSQ: 21,0", "OK"]), done.stderr)


if __name__ == "__main__":
    unittest.main()
