# The contract of the program: what it prints, how it ends, what an endpoint keeps.
# SPDX-License-Identifier: MIT
import hashlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import unittest

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host, Pipe, end, spawn
from traces import TraceWatch, read_trace


def sim800(*arguments, **options):
    return subprocess.run([SIM800, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE, check=False, **options)


class Run(AcceptanceTest):
    def test_says_what_it_offers(self):
        link = self.path("tty")
        module = self.module("--pty", link, tcp=2)
        wanted = r"pty %s /dev/pts/\d+\ntcp 127\.0\.0\.1 \d+\ntcp 127\.0\.0\.1 \d+\nready" % re.escape(link)
        self.assertRegex("\n".join(module.lines), r"\A%s\Z" % wanted)
        self.assertEqual(os.readlink(link), module.lines[0].split(" ")[2])
        self.assertNotIn(0, [port for _, port in module.tcp])
        self.host(module).ok("ATE1")
        self.assertEqual(module.end(), 0)
        self.assertFalse(os.path.lexists(link))

    def test_says_nothing_else_on_standard_output(self):
        module = self.module("--log-level", "trace")
        self.host(module).ok("AT")
        module.process.send_signal(signal.SIGTERM)
        self.assertEqual(module.stdout.rest(), b"")

    def test_sigint_and_sighup_end_it_too(self):
        for how in signal.SIGINT, signal.SIGHUP:
            link = self.path("tty")
            module = self.module("--pty", link, scenario={"faults": [{"on": {"urc": "X"}, "do": {"reset": True}}]})
            module.process.send_signal(how)
            self.assertEqual(module.process.wait(DEADLINE), 0)
            self.assertRegex(module.stderr(), "sim800: never fired: ")
            self.assertFalse(os.path.lexists(link))
            self.assertEqual(module.end(), 0)

    def test_nohup_keeps_it_running(self):
        module = self.module(wrapper=("nohup",))
        module.process.send_signal(signal.SIGHUP)
        self.host(module).ok("AT")

    def test_the_log_says_what_happens(self):
        trace = TraceWatch(self.path("trace"))
        module = self.module("--log-level", "info", "--trace", trace.path)
        host = self.host(module)
        host.ok("AT+CREG=1")
        host.close()
        trace.wait_for(1, event="client", present=False)
        module.process.send_signal(signal.SIGTERM)
        self.assertEqual(module.process.wait(DEADLINE), 0)
        said, address = module.stderr(), "tcp:127.0.0.1:0"
        for line in ("endpoint tcp 127.0.0.1 %d" % module.tcp[0][1], "urc RDY", address + ": client came",
                     address + ": AT+CREG=1: OK", address + ": client left", "SIGTERM: the run ends"):
            self.assertIn("[info] " + line + "\n", said)
        self.assertNotIn("[debug]", said)

    def test_the_endpoint_nobody_asked_for(self):
        module = self.module(tcp=0)
        self.assertRegex(module.lines[0], r"\Apty \./sim800\.tty /dev/pts/\d+\Z")
        host = self.keep(Host.pty(os.path.join(module.folder, "sim800.tty")))
        host.expect(BOOT)
        host.ok("AT")

    def test_a_scenario_may_stand_behind_an_endpoint(self):
        ran = spawn([SIM800, "run", "--timing=instant", "--pty", self.path("tty"), "--tcp", "127.0.0.1:0", "hermetic"],
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(end, ran)
        Pipe(ran.stdout.fileno()).until(b"\nready\n")

    def test_each_endpoint_has_an_echo_of_its_own_and_urcs_go_to_all(self):
        module = self.module(tcp=2)
        first, second = self.host(module), self.host(module, tcp=1)
        first.ok("ATE0")
        second.ok("AT", 'AT+SAPBR=3,1,"APN","CMNET"', "AT+SAPBR=1,1")
        second.say("AT+CGATT=0", b"\r\n+SAPBR 1: DEACT\r\n" + OK)
        first.expect(b"\r\n+SAPBR 1: DEACT\r\n")
        first.send("AT\r")
        first.expect(OK)

    def test_switched_off_and_on_again(self):
        host = self.host(module := self.module())
        host.say("AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n")
        module.process.send_signal(signal.SIGUSR1)
        host.expect(BOOT)
        host.ok("AT")

    def test_a_pipe_is_a_line(self):
        ran = subprocess.run([SIM800, "run", "--stdio", "--timing", "instant"], input=b"ATE0\rAT+CSQ\n",
                             capture_output=True, timeout=DEADLINE, check=True, cwd=self.dir)
        self.assertEqual(ran.stdout, BOOT + b"ATE0\r" + OK + b"\r\n+CSQ: 21,0\r\n" + OK)
        self.assertEqual(ran.stderr, b"stdio\nready\n")
        self.assertEqual(os.listdir(self.dir), [])

    def test_the_backspace_key(self):
        ran = subprocess.run([SIM800, "run", "--stdio", "--timing", "instant"], input=b"ATE0x\x7f\rAT+CSX\x7fQ\r",
                             capture_output=True, timeout=DEADLINE, check=True, cwd=self.dir)
        self.assertEqual(ran.stdout, BOOT + b"ATE0x\b \b\r" + OK + b"\r\n+CSQ: 21,0\r\n" + OK)

    def test_what_waits_for_its_time_is_still_said(self):
        ran = subprocess.run([SIM800, "run", "--stdio", "--time-scale", "0.1"], input=b"ATE0\rATV1\rAT+C",
                             capture_output=True, timeout=DEADLINE, check=True, cwd=self.dir)
        self.assertIn(b"ATE0\rATV1\r" + OK + OK, ran.stdout)


class Refusals(AcceptanceTest):
    def refused(self, message, *arguments):
        ran = sim800("run", *arguments, cwd=self.dir)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertRegex(ran.stderr, message)

    def test_unknown_option(self):
        self.refused("--nonsense", "--nonsense")

    def test_a_file_where_the_link_should_be(self):
        with open(self.path("tty"), "w", encoding="ascii") as file:
            file.write("mine")
        self.refused("tty exists and is not a symlink", "--tcp", "127.0.0.1:0", "--pty", "tty")
        with open(self.path("tty"), encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.refused("in use", "--tcp", "127.0.0.1:%d" % taken.getsockname()[1], "--pty", "tty")
        self.assertFalse(os.path.lexists(self.path("tty")))

    def test_a_scenario_with_a_mistake(self):
        with open(self.path("bad.json"), "w", encoding="ascii") as file:
            file.write('{"network": {\n  "hosst": {}}}\n')
        self.refused(r"bad\.json:2:3: .*hosts", "bad.json", "--pty", "tty")
        self.assertFalse(os.path.lexists(self.path("tty")))

    def test_numbers_out_of_range(self):
        seed = r'--seed: expected a whole number from 0 to 9223372036854775807, found "%s"\n'
        for value in "-1", "9223372036854775808", "99999999999999999999", "0x10", "1.5", "1 ", "":
            self.refused(seed % value, "--seed", value, "--tcp", "127.0.0.1:0")
        self.refused(seed % "-1", "--seed=-1", "--tcp", "127.0.0.1:0")
        for value in "-1", "0", "1001", "nan", "fast", "":
            self.refused('--time-scale: expected a number from .* to 1000, found "%s"' % value, "--time-scale", value)
        for option, value in (("--seed", "-1"), ("--time-scale", "nan"), ("--baud", "0")):
            ran = sim800("play", *(("--pty", "tty") if option == "--baud" else ()), option, value, "dialogue")
            self.assertEqual(ran.returncode, 2)
            self.assertRegex(ran.stderr, '%s: expected a (whole )?number from .*, found "%s"' % (option, value))

    def test_one_standard_output_for_two(self):
        self.refused('--trace: expected a file, .*--stdio.*, found "-"', "--stdio", "--trace", "-")

    def test_no_such_scenario(self):
        self.refused("no-such-world", "no-such-world")


    def test_a_link_that_is_in_use(self):
        link, trace = self.path("tty"), self.path("trace")
        module = self.module("--pty", link, "--trace", trace)
        host = self.host(module)
        before = os.readlink(link)
        self.refused(r"tty is in use by another sim800 \(process %d\)" % module.pid, "--pty", "./tty", "--trace", trace,
                     "--state", "state")
        self.assertEqual(os.readlink(link), before)
        host.ok("AT")
        self.assertGreater(os.path.getsize(trace), 0)
        self.assertFalse(os.path.lexists(self.path("state")))
        self.assertEqual(module.end(signal.SIGKILL), -signal.SIGKILL)
        self.assertEqual(os.readlink(link), before)
        self.assertEqual(self.module("--pty", link).lines[0].split(" ")[:2], ["pty", link])

    def test_a_link_that_is_given_twice(self):
        self.refused("tty is given twice", "--pty", "tty", "--pty", "./tty")
        self.assertFalse(os.path.lexists(self.path("tty")))

    def test_a_state_directory_that_is_in_use(self):
        state = self.path("state")
        module = self.module("--state", state)
        self.refused(r"state: in use by another sim800", "--state", "state", "--pty", "tty")
        self.assertFalse(os.path.lexists(self.path("tty")))
        self.assertEqual(module.end(signal.SIGKILL), -signal.SIGKILL)
        self.host(self.module("--state", state)).ok("AT")


class Clients(AcceptanceTest):
    def test_the_second_tcp_client_is_told_so(self):
        module = self.module()
        host = self.host(module)
        second = self.keep(Host.tcp(module.tcp[0]))
        self.assertEqual(second.rest(), b"busy\r\n")
        host.ok("AT")

    def next_client(self, connect, seen_to_leave=lambda count: None):
        """What a client that leaves takes with it, and what stays."""
        first = connect()
        first.expect(BOOT)
        first.ok("ATE0")
        first.send("AT+CMEE=1\rAT+CSQ")
        first.expect(OK)
        first.close()
        seen_to_leave(1)
        second = connect()
        second.send("AT+CMEE?\r")  # not echoed, and no part of the line that the first one began
        second.expect(b"\r\n+CMEE: 1\r\n" + OK)
        second.send("AT+HTTPINIT\rAT+HTTPDATA=10,120000\r")
        second.expect(OK + b"\r\nDOWNLOAD\r\n")
        second.send("12345")
        second.close()
        seen_to_leave(2)
        third = self.keep(connect())
        third.send("AT\r")
        third.expect(OK)

    def test_the_next_client_on_tcp(self):
        module = self.module()
        self.next_client(lambda: Host.tcp(module.tcp[0]))

    def test_the_next_client_on_a_pty(self):
        # Bytes on a pty do not tell who wrote them: the next client comes when the module has seen the last one go.
        trace = TraceWatch(self.path("trace"))
        self.module("--pty", self.path("tty"), "--trace", trace.path, tcp=0)
        self.next_client(lambda: Host.pty(self.path("tty")),
                         lambda count: trace.wait_for(count, event="client", present=False))

    def test_64_kib_are_kept_for_a_client_to_come(self):
        trace = self.path("trace")
        module = self.module("--trace", trace, tcp=2)
        host = self.host(module, tcp=1)
        host.ok("ATE0")
        deact = b"\r\n+SAPBR 1: DEACT\r\n"
        count = 65536 // len(deact) + 100
        host.send('AT+SAPBR=3,1,"APN","CMNET"\r')
        host.expect(OK)
        for _ in range(count):
            host.send("AT+SAPBR=1,1;+CGATT=0\r")
            host.expect(deact + OK)
        late = self.keep(Host.tcp(module.tcp[0]))
        late.send("AT\r")
        kept, _, _ = late.until(b"AT\r" + OK).string.partition(b"AT\r")
        everything = BOOT + deact * count
        self.assertEqual(len(kept), 65536)
        self.assertTrue(everything.endswith(kept), "the oldest bytes are lost first")
        self.assertEqual(module.end(), 0)
        lost = sum(event["bytes"] for event in read_trace(trace) if event["event"] == "lost")
        self.assertEqual(lost, len(everything) - len(kept))


class State(AcceptanceTest):
    def start(self):
        module = self.module("--state", self.path("state"))
        return module, self.host(module)

    def test_what_outlives_the_process(self):
        module, host = self.start()
        host.ok("AT+CMEE=1", "AT&W", "AT+CMEE=2")
        host.http("www.sim.com/kept", 'AT+HTTPPARA="UA","kept"', "AT+HTTPSCONT")
        self.assertEqual(module.end(), 0)
        module, host = self.start()
        host.say("AT+CMEE?", b"\r\n+CMEE: 1\r\n" + OK)
        host.ok("AT+HTTPINIT")
        answer = host.ask("AT+HTTPSCONT?")
        self.assertIn("\r\n+HTTPSCONT: 0\r\n", answer)
        self.assertIn("\r\nURL: www.sim.com/kept\r\n", answer)
        self.assertIn("\r\nUA: kept\r\n", answer)

    def test_without_it_nothing_does(self):
        host = self.host(self.module())
        host.ok("AT+CMEE=1", "AT&W")
        self.host(self.module()).say("AT+CMEE?", b"\r\n+CMEE: 0\r\n" + OK)

    def test_a_kill_leaves_the_store_whole(self):
        for count in range(1, 21):
            module, host = self.start()
            host.say("ATS0?", b"\r\n%d\r\n" % (count - 1) + OK)
            host.ok("ATS0=%d" % count, "AT&W")
            host.send("ATS7=%d&W\r" % count * 20)  # is being stored when it is killed
            self.assertEqual(module.end(signal.SIGKILL), -signal.SIGKILL)


class Traces(AcceptanceTest):
    def record(self, name):
        trace = self.path(name)
        module = spawn([SIM800, "run", "--stdio", "--timing", "instant", "--seed", "7", "--trace", trace, "hermetic"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        host = Host(module.stdout.fileno(), out=module.stdin.fileno())
        host.expect(BOOT)
        host.open_bearer()
        host.ask("AT+SAPBR=2,1")
        host.http("a.test")
        host.send("AT+HTTPDATA=5,1000\r")
        host.expect(b"AT+HTTPDATA=5,1000\r\r\nDOWNLOAD\r\n")
        host.send(b"\r\n\0\xff\x1a")
        host.expect(OK)
        self.assertEqual(host.action(1), (603, 0))
        module.stdin.close()
        self.assertEqual(module.wait(DEADLINE), 0)
        module.stdout.close()
        return trace

    def test_two_runs_are_alike(self):
        runs = [[{key: value for key, value in event.items() if key not in ("t", "wall", "arguments")}
                 for event in read_trace(self.record(name))] for name in ("first", "second")]
        self.assertEqual(runs[0], runs[1])

    def test_dcd_shows_when_the_payload_is_awaited(self):
        events = read_trace(self.record("trace"))
        shown = [(event["event"], event.get("data", event.get("on"))) for event in events
                 if event["event"] in ("tx", "rx", "line")]
        at = shown.index(("tx", "AT+HTTPDATA=5,1000\r\r\nDOWNLOAD\r\n"))
        self.assertEqual(shown[at + 1:at + 5], [("line", True), ("rx", "\r\n\0\xff\x1a"), ("line", False),
                                                ("tx", "\r\nOK\r\n")])
        self.assertEqual([event["signal"] for event in events if event["event"] == "line"], ["DCD", "DCD"])

    def test_the_start_says_how_to_repeat_the_run(self):
        plain, scenario = self.path("plain"), self.path("it's mine.json")
        self.assertEqual(self.module("--trace", plain).end(), 0)
        start = read_trace(plain)[0]
        self.assertEqual((start["event"], start["file"], start["hash"]), ("start", "", ""))
        self.assertEqual(start["arguments"], "run --timing instant --tcp 127.0.0.1:0 --trace " + plain)
        text = b'{"name": "mine"}'
        with open(scenario, "wb") as file:
            file.write(text)
        trace = self.path("trace")
        self.assertEqual(self.module("--trace", trace, "--seed", "9223372036854775807", scenario).end(), 0)
        start = read_trace(trace)[0]
        self.assertEqual((start["scenario"], start["file"], start["seed"]), ("mine", scenario, (1 << 63) - 1))
        self.assertEqual(start["hash"], "sha256:" + hashlib.sha256(text).hexdigest())
        self.assertEqual(shlex.split(start["arguments"])[-1], scenario)

    def test_channels_have_names_of_their_own(self):
        trace = self.path("trace")
        module = self.module("--trace", trace, tcp=3)
        for number in range(3):
            self.host(module, tcp=number).ok("AT")
        self.assertEqual(module.end(), 0)
        self.assertEqual({event["channel"] for event in read_trace(trace) if event["event"] == "rx"},
                         {"tcp:127.0.0.1:0", "tcp:127.0.0.1:0#2", "tcp:127.0.0.1:0#3"})

    def test_standard_output_and_input(self):
        module = spawn([SIM800, "run", "--timing", "instant", "--tcp", "127.0.0.1:0", "--trace", "-"],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = Pipe(module.stderr.fileno())
        said.until(b"ready\n")
        module.terminate()
        trace = Pipe(module.stdout.fileno()).rest()
        self.assertEqual(end(module), 0)
        self.assertRegex(said.seen, rb"\Atcp 127\.0\.0\.1 \d+\nready\n\Z")
        events = [json.loads(line) for line in trace.splitlines()]
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("start", "end"))
        printed = subprocess.run([SIM800, "trace", "-"], input=trace, capture_output=True, timeout=DEADLINE, check=True)
        self.assertRegex(printed.stdout, rb"\A +0\.\d{3} +start ")
        broken = subprocess.run([SIM800, "trace", "-"], input=trace + b"?\n", capture_output=True, timeout=DEADLINE,
                                check=False)
        self.assertEqual((broken.returncode, broken.stdout), (2, printed.stdout))
        self.assertRegex(broken.stderr, rb"\A-:%d: " % (len(events) + 1))

    def test_a_trace_can_be_printed(self):
        ran = sim800("trace", self.record("trace"))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, r"\n +\d+\.\d{3}  < \\r\\n\+HTTPACTION: 1,603,0\\r\\n\n")
        self.assertRegex(ran.stdout, r"start .*seed=7 timing=instant")


class Commands(AcceptanceTest):
    def test_the_list_for_programs(self):
        ran = sim800("commands", "--json")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        commands = json.loads(ran.stdout)
        names = {command["name"] for command in commands}
        self.assertEqual(len(names), len(commands))
        self.assertEqual(len([command for command in commands if command["section"].startswith("2.2.")]), 42)
        self.assertLessEqual({"A/", "ATE", "AT&W", "ATS0", "AT+IPR", "AT+CSQ", "AT+SAPBR", "AT+HTTPACTION"}, names)
        self.assertLessEqual({command["support"] for command in commands}, {"full", "state", "accepts"})

    def test_the_list_for_people(self):
        ran = sim800("commands")
        self.assertEqual(len(ran.stdout.splitlines()), len(json.loads(sim800("commands", "--json").stdout)))

    def test_help_and_wrong_usage(self):
        for command in ((), ("run",), ("check",), ("scenarios",), ("commands",), ("play",), ("trace",), ("state",)):
            self.assertEqual(sim800(*command, "--help").returncode, 0)
            self.assertEqual(sim800(*command, "--nonsense").returncode, 2)


if __name__ == "__main__":
    unittest.main()
