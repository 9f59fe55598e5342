# What real drivers depend on, byte for byte, over a real pty: the traps T1-T31 that a host can see.
# SPDX-License-Identifier: MIT
import errno
import fcntl
import os
import subprocess
import termios
import time
import unittest

from harness import BOOT, DEADLINE, ERROR, OK, SIM800, AcceptanceTest, Host, Pipe, end, spawn
from servers import Nginx, at
from traces import TraceWatch, read_trace


class DriverTest(AcceptanceTest):
    def start(self, *options, scenario=None, timing="instant"):
        self.link = self.path("tty")
        self.process = self.module("--pty", self.link, *options, scenario=scenario, timing=timing)
        self.line = self.keep(Host.pty(self.link))
        self.line.expect(BOOT)

    def exchange(self, sent, answer):
        self.line.send(sent)
        self.line.expect(answer)

    def nothing(self, sent):
        """No answer: that of the AT behind it comes next."""
        self.exchange(sent + b"AT\r", OK)


class Lines(DriverTest):
    def setUp(self):
        super().setUp()
        self.start()

    def test_t2_the_line_feed_is_not_echoed(self):
        for _ in range(2):
            self.exchange(b"AT\r\n", b"AT\r\r\nOK\r\n")
        self.exchange(b"AT\r", b"AT\r\r\nOK\r\n")

    def test_t3_a_line_feed_alone_ends_a_line(self):
        self.line.ok("ATE0")
        self.exchange(b"AT\nAT\nAT\r", OK * 3)

    def test_t4_answers_are_framed_without_echo_too(self):
        self.line.ok("ATE0")
        self.exchange(b"AT+CSQ\r", b"\r\n+CSQ: 21,0\r\n\r\nOK\r\n")
        self.exchange(b"AT+NONSENSE\r", b"\r\nERROR\r\n")

    def test_t5_echo(self):
        self.line.ok("AT", "ATE0")
        self.exchange(b"ATZ\r", OK)
        self.line.ok("AT", "ATE0")
        self.exchange(b"AT&F\r", OK)
        self.line.ok("AT", "ATE0&W")
        self.exchange(b"ATE1\r", OK)
        self.line.ok("ATZ")
        self.exchange(b"AT\r", OK)

    def test_t6_junk_is_swallowed(self):
        self.line.ok("ATE0")
        for junk in (b"\r", b"\r\n", b"\n", b"\r\r\n\r", b"\x1b\r", b"\x1a", b"\x1a\r", b"\0", b"\0\0\r"):
            with self.subTest(junk):
                self.nothing(junk)
        self.exchange(b"AT+CSQ\0\r", b"\r\n+CSQ: 21,0\r\n" + OK)

    def test_t7_blanks_and_case(self):
        self.line.ok("ATE0")
        for line in (b"at", b"aT", b'at+sapbr=3, 1, "CONTYPE", "GPRS"', b'AT+SAPBR=3,1,"Contype","gprs"',
                     b"AT+IPR=115200&w", b"at e0"):
            with self.subTest(line):
                self.exchange(line + b"\r", OK)

    def test_t8_commands_in_one_line(self):
        self.line.ok("AT+CMEE=1;+CREG=2")
        self.line.say("AT+CMEE?;+CSQ", b"\r\n+CMEE: 1\r\n\r\n+CSQ: 21,0\r\n" + OK)
        self.line.ok("ATE1&W", "AT&FZE0&W")
        self.exchange(b"AT+CMEE=1;+NONSENSE;+CMEE=2\r", b"\r\n+CME ERROR: 100\r\n")
        self.exchange(b"AT+CMEE?\r", b"\r\n+CMEE: 1\r\n" + OK)

    def test_t20_errors(self):
        self.line.ok("ATE0")
        self.exchange(b"AT+HTTPTERM\r", ERROR)
        self.exchange(b"AT+CMEE=1\r", OK)
        self.exchange(b"AT+HTTPTERM\r", b"\r\n+CME ERROR: 3\r\n")
        self.exchange(b"AT+CMEE=2\r", OK)
        self.exchange(b"AT+HTTPTERM\r", b"\r\n+CME ERROR: operation not allowed\r\n")

    def test_t23_identity(self):
        for line, answer in (("ATI", b"SIM800 R14.18"), ("AT+GSN", b"866104020304051"), ("AT+CIMI", b"460001234567890"),
                             ("AT+CCID", b"89860012345678901234"), ("AT+CGMR", b"Revision:1418B05SIM800L24")):
            self.line.say(line, b"\r\n" + answer + b"\r\n" + OK)


class Echo(DriverTest):
    """In field time a line comes back together with its answer: one read returns both."""

    def setUp(self):
        super().setUp()
        self.start("--time-scale", "0.1", timing="typical")

    def one_read(self, sent, received):
        self.line.send(sent)
        self.line.fill(time.monotonic() + DEADLINE)
        self.assertEqual(self.line.take(len(self.line.buffer)), received)

    def test_echo_and_answer(self):
        self.one_read(b"AT\r\n", b"AT\r" + OK)
        self.one_read(b"AT+CMEE?\r\n", b"AT+CMEE?\r\r\n+CMEE: 0\r\n" + OK)
        self.one_read(b"\x1aAT\r\n", b"AT\r" + OK)
        self.one_read(b"AT+CMGF=1\r\n", b"AT+CMGF=1\r" + OK)
        self.line.send(b'AT+CMGS="+420123456789"\r\n')
        self.line.expect(b'AT+CMGS="+420123456789"\r\r\n> ')

    def test_two_lines_in_one_go(self):
        self.line.send(b"ATE0\rAT+CMGF=1\r")
        self.line.expect(b"ATE0\rAT+CMGF=1\r" + OK + OK)

    def test_typed_by_hand(self):
        for key in b"AT+C":
            self.one_read(bytes([key]), bytes([key]))
        self.line.send(b"MEE?\r")
        self.line.expect(b"MEE?\r\r\n+CMEE: 0\r\n" + OK)


class Payload(DriverTest):
    DATA = b"AT+HTTPDATA=5,120000\r"
    PROMPT = DATA + b"\r\nDOWNLOAD\r\n"

    def stored(self, data):
        self.line.expect(OK)
        self.assertEqual(self.line.read(), data)

    def test_t1_the_line_feed_behind_the_command_is_no_payload(self):
        self.start()
        self.line.ok("AT+HTTPINIT")
        self.exchange(self.DATA + b"\n", self.PROMPT)
        self.line.send(b"12345")
        self.stored(b"12345")
        self.exchange(self.DATA + b"\n67890", self.PROMPT)  # the payload in the same write
        self.stored(b"67890")

    def test_t1_nor_when_it_comes_in_a_write_of_its_own(self):
        # The module waits 10 ms for it where the host is known to send one: on this scale 10 s.
        self.start("--time-scale", "1000")
        self.exchange(b"AT+HTTPINIT\r\n", b"AT+HTTPINIT\r" + OK)
        self.line.send(self.DATA)
        self.exchange(b"\n", self.PROMPT)
        self.line.send(b"12345")
        self.stored(b"12345")

    def test_t1_a_line_feed_after_the_prompt_is_payload(self):
        self.start()
        self.line.ok("AT+HTTPINIT")
        self.exchange(self.DATA, self.PROMPT)
        self.line.send(b"\n\r\n\x1a\x1b")
        self.stored(b"\n\r\n\x1a\x1b")

    def test_what_is_too_much_is_a_command_again(self):
        self.start()
        self.line.ok("AT+HTTPINIT")
        self.exchange(self.DATA, self.PROMPT)
        self.exchange(b"12345AT+CSQ\r\n", OK + b"AT+CSQ\r\r\n+CSQ: 21,0\r\n" + OK)

    def test_t12_no_urc_inside_an_answer(self):
        self.start()
        other = self.host(self.process)
        other.open_bearer()
        self.line.ok("AT+HTTPINIT")
        self.exchange(self.DATA, self.PROMPT)
        other.say("AT+CGATT=0", b"\r\n+SAPBR 1: DEACT\r\n" + OK)
        self.exchange(b"12345", OK + b"\r\n+SAPBR 1: DEACT\r\n")


class Http(DriverTest):
    def start_with_a_page(self, *options, timing="instant"):
        nginx = self.keep(Nginx(self.dir, ""))
        nginx.put("page", b"line\r\nOK\r\n")
        hosts = {"a.test": at(nginx.port), "*": "unresolvable"}
        self.start(*options, scenario={"network": {"hosts": hosts}}, timing=timing)

    def test_t13_blanks_in_answers(self):
        self.start_with_a_page()
        self.line.open_bearer()
        self.line.http("a.test/page")
        self.line.say("AT+HTTPACTION=0", OK + b"\r\n+HTTPACTION: 0,200,10\r\n")
        self.line.say("AT+HTTPREAD", b"\r\n+HTTPREAD: 10\r\nline\r\nOK\r\n\r\nOK\r\n")
        self.line.say("AT+HTTPREAD=4,400", b"\r\n+HTTPREAD: 6\r\n\r\nOK\r\n\r\nOK\r\n")

    def test_t9_t11_answers_take_their_time(self):
        trace = self.path("trace")
        self.start_with_a_page("--trace", trace, "--time-scale", "0.01", timing="typical")
        self.line.ok("AT", "AT+CMEE=1")
        while b"+CREG: 0,1\r" not in self.line.ask("AT+CREG?").encode():
            pass
        self.line.open_bearer()
        self.line.http("a.test/page")
        self.assertEqual(self.line.action(), (200, 10))
        self.line.ok('AT+HTTPPARA="URL","b.test"')
        self.assertEqual(self.line.action(), (603, 0))
        self.assertEqual(self.process.end(), 0)
        events = read_trace(trace)
        self.check_answers(events)
        self.check_urcs(events)

    def check_answers(self, events):
        """T9: at least 10 ms of module time from a command to its answer."""
        asked = [event["t"] for event in events if event["event"] == "command"]
        answered = [event["t"] for event in events if event["event"] == "result"]
        self.assertEqual(len(asked), len(answered))
        self.assertGreaterEqual(len(asked), 10)
        self.assertGreaterEqual(min(t1 - t0 for t0, t1 in zip(asked, answered)), 0.010)

    def check_urcs(self, events):
        """T11: at least 1.1 s of module time from OK to +HTTPACTION."""
        commands = [index for index, event in enumerate(events) if event.get("line", "") == "+HTTPACTION=0"]
        self.assertEqual(len(commands), 2)
        for index in commands:
            answer = next(event for event in events[index:] if event["event"] == "result")
            urc = next(event for event in events[index:] if event["event"] == "urc")
            self.assertRegex(urc["text"], r"\+HTTPACTION: 0,")
            self.assertGreaterEqual(urc["t"] - answer["t"], 1.1)


class Pty(DriverTest):
    def mode(self, descriptor):
        """(input, output, local) flags that alter, echo or hold back bytes."""
        flags = termios.tcgetattr(descriptor)
        return (flags[0] & (termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP),
                flags[1] & termios.OPOST, flags[3] & (termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN))

    def test_t30_raw_before_it_is_announced(self):
        module = spawn([SIM800, "run", "--pty", self.path("tty")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(end, module)
        path = Pipe(module.stdout.fileno()).until(b"\n").string.split()[2]
        terminal = self.keep(Host.pty(path, raw=False))
        self.assertEqual(self.mode(terminal.descriptor), (0, 0, 0))

    def test_t30_a_client_that_leaves_the_line_cooked(self):
        trace = TraceWatch(self.path("trace"))
        self.start("--trace", trace.path)
        cooked = termios.tcgetattr(self.line.descriptor)
        cooked[0] |= termios.ICRNL
        cooked[1] |= termios.OPOST
        cooked[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(self.line.descriptor, termios.TCSANOW, cooked)
        self.line.close()
        trace.wait_for(1, event="client", present=False)
        other = self.host(self.process)
        other.open_bearer()
        # Said into an empty room, it must not come back as input.
        other.say("AT+CGATT=0", b"\r\n+SAPBR 1: DEACT\r\n" + OK)
        terminal = self.keep(Host.pty(self.link, raw=False))
        self.assertEqual(self.mode(terminal.descriptor), (0, 0, 0))
        terminal.expect(b"\r\n+SAPBR 1: DEACT\r\n")
        terminal.ok("AT")

    def test_t31_modem_lines_are_not_to_be_had(self):
        self.start()
        with self.assertRaises(OSError) as refused:
            fcntl.ioctl(self.line.descriptor, termios.TIOCMGET, bytes(4))
        self.assertEqual(refused.exception.errno, errno.ENOTTY)
        self.line.ok("AT")

    def test_t31_with_the_preloaded_library_it_seems_to_have_them(self):
        self.start()
        asks = ("import array, fcntl, os, sys, termios; line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); "
                "lines = array.array('i', [0]); fcntl.ioctl(line, termios.TIOCMGET, lines); "
                "fcntl.ioctl(line, termios.TIOCMBIC, array.array('i', [termios.TIOCM_DTR])); "
                "print(bool(lines[0] & termios.TIOCM_CTS), bool(lines[0] & termios.TIOCM_CAR))")
        library = os.path.join(os.path.dirname(SIM800), "libsim800_modem_lines.so")
        ran = subprocess.run(["/usr/bin/python3", "-c", asks, self.link], capture_output=True, text=True, check=False,
                             timeout=DEADLINE, env={**os.environ, "LD_PRELOAD": library})
        self.assertEqual((ran.stdout, ran.returncode), ("True True\n", 0), ran.stderr)


if __name__ == "__main__":
    unittest.main()
