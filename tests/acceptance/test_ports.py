# Ports with modem lines, rates and other ways to connect, with clients and servers of other people.
# SPDX-License-Identifier: MIT
import json
import os
import socket
import subprocess
import termios
import threading
import time
import unittest

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host, Pipe, end, spawn

try:
    import serial
except ImportError:
    serial = None


def until(condition):
    """Waits for what another thread notices."""
    give_up = time.monotonic() + DEADLINE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError("it did not come about")
        pause.wait(0.001)


@unittest.skipIf(serial is None, "there is no pyserial (Debian's package python3-serial)")
class Rfc2217(AcceptanceTest):
    def port(self, *options, baudrate=115200, scenario=None):
        """The module, its trace, and pyserial on its port."""
        self.trace = self.path("trace.jsonl")
        self.running = self.module("--rfc2217", "127.0.0.1:0", "--trace", self.trace, *options, tcp=0, scenario=scenario)
        kind, host, number = self.running.lines[0].split()
        self.assertEqual((kind, host), ("rfc2217", "127.0.0.1"))
        return self.open(number, baudrate)

    def open(self, number, baudrate):
        port = serial.serial_for_url("rfc2217://127.0.0.1:%s" % number, baudrate=baudrate, timeout=DEADLINE)
        self.addCleanup(port.close)
        return port

    def ask(self, port, line):
        port.write(line.encode() + b"\r")
        said = port.read_until(OK)
        self.assertTrue(said.endswith(OK), said)
        return said

    def test_lines_both_ways(self):
        scenario = {"faults": [{"on": {"command": "AT+CBC"}, "do": {"level": {"RI": "high"}}},
                               {"on": {"level": {"DTR": "low"}}, "do": {"urc": "DTR"}}]}
        port = self.port(scenario=scenario)
        self.ask(port, "AT")
        self.assertTrue(port.dsr)
        self.assertTrue(port.cts)
        self.assertFalse(port.cd)
        self.assertFalse(port.ri)
        self.ask(port, "AT&C0")
        until(lambda: port.cd)
        self.ask(port, "AT+CBC")
        until(lambda: port.ri)
        port.dtr = False
        self.assertEqual(port.read_until(b"DTR\r\n"), b"\r\nDTR\r\n")

    def test_rts_stops_the_module(self):
        port = self.port()
        self.ask(port, "ATE0+IFC=2,2")
        port.rts = False
        port.write(b"AT+CSQ\r")
        # A break is traced behind the line: the module has run it by then.
        port.send_break(0.001)
        until(lambda: '"break"' in self.text_of_trace())
        self.assertEqual(port.in_waiting, 0)
        port.rts = True
        self.assertEqual(port.read_until(OK), b"\r\n+CSQ: 21,0\r\n" + OK)

    def text_of_trace(self):
        with open(self.trace, encoding="utf-8") as file:
            return file.read()

    def test_a_wrong_rate_is_garbage_until_the_host_changes_it(self):
        port = self.port()
        self.ask(port, "ATE0")
        port.write(b"AT+IPR=9600\r")
        self.assertEqual(port.read_until(OK), OK)  # still at the old rate
        port.write(b"AT\r")
        port.baudrate = 9600
        port.reset_input_buffer()
        port.write(b"\r")
        said = self.ask(port, "AT+IPR?")
        self.assertIn(b"\r\n+IPR: 9600\r\n", said)

    def test_lax_does_not_mind_the_rate(self):
        port = self.port("--baud", "lax", baudrate=9600)
        self.assertTrue(self.ask(port, "AT").endswith(OK))

    def test_autobaud(self):
        port = self.port(baudrate=19200, scenario={"module": {"settings": {"+IPR": 0}}})
        self.assertTrue(self.ask(port, "AT").endswith(OK))
        port.baudrate = 4800
        self.assertTrue(self.ask(port, "AT").endswith(OK))

    def test_without_a_client_dtr_is_off(self):
        port = self.port()
        number = self.running.lines[0].split()[2]
        self.ask(port, "AT+CSCLK=1")
        port.close()
        until(lambda: '"present":false' in self.text_of_trace())
        again = self.open(number, 115200)
        until(lambda: self.text_of_trace().count('"signal":"DTR","on":true') >= 2)
        # It wakes within 50 ms of module time; what comes before is lost.
        again.timeout = 0.2
        said = b""
        for _ in range(100):
            again.write(b"AT\r")
            said += again.read_until(OK)
            if said.endswith(OK):
                break
        self.assertTrue(said.endswith(OK), said)

    def test_all_bytes_pass(self):
        port = self.port()
        self.ask(port, "ATE0+FSCREATE=a.bin")
        data = bytes(range(256)) * 4
        port.write(b"AT+FSWRITE=a.bin,0,%d,10\r" % len(data))
        self.assertEqual(port.read_until(b">"), b"\r\n>")
        port.write(data)
        self.assertTrue(port.read_until(OK).endswith(OK))
        port.write(b"AT+FSREAD=a.bin,0,%d,0\r" % len(data))
        self.assertIn(data, port.read_until(OK))


class Gensio(AcceptanceTest):
    def test_gensiot(self):
        module = self.module("--rfc2217", "127.0.0.1:0", tcp=0)
        client = spawn(["gensiot", "-i", "stdio(self)", "telnet(rfc2217=true),tcp,127.0.0.1,%s" % module.lines[0].split()[2]],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(end, client)
        client.stdin.write(b"ATE0\r")
        client.stdin.flush()
        Pipe(client.stdout.fileno()).until(b"ATE0\r" + OK)


class Connected(AcceptanceTest):
    """The module connects to what listens."""

    def listen(self, family=socket.AF_INET, address=("127.0.0.1", 0)):
        listener = socket.socket(family)
        self.addCleanup(listener.close)
        listener.bind(address)
        listener.listen()
        listener.settimeout(DEADLINE)
        return listener

    def accept(self, listener):
        connection = listener.accept()[0]
        return self.keep(Host(connection.fileno(), connection))

    def test_tcp_and_again(self):
        listener = self.listen()
        module = self.module("--connect", "tcp:127.0.0.1:%d" % listener.getsockname()[1], tcp=0)
        self.assertEqual(module.lines[0], "connect tcp:127.0.0.1:%d" % listener.getsockname()[1])
        host = self.accept(listener)
        host.until(BOOT)
        host.ok("AT")
        host.close()
        again = self.accept(listener)
        again.ok("AT")

    def test_unix_socket(self):
        listener = self.listen(socket.AF_UNIX, self.path("end"))
        self.module("--connect", "unix:" + self.path("end"), tcp=0)
        host = self.accept(listener)
        host.until(BOOT)
        host.ok("AT")

    def test_a_port_of_a_server(self):
        listener = self.listen()
        module = self.module("--connect", "rfc2217:127.0.0.1:%d" % listener.getsockname()[1], tcp=0)
        host = self.accept(listener)
        host.until(b"\xff\xfa\x2c\x01\x00\x01\xc2\x00\xff\xf0")  # SET-BAUDRATE 115200
        host.until(b"\xff\xfa\x2c\x05\x0b\xff\xf0")  # SET-CONTROL RTS ON
        host.send(b"\xff\xfd\x2cATE0\r")
        host.until(b"ATE0\r" + OK)
        host.send(b"AT+IPR=9600\r")
        host.until(OK)
        host.until(b"\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0")
        self.assertEqual(module.lines[-1], "ready")


class Paths(AcceptanceTest):
    def test_unix_socket(self):
        path = self.path("line")
        module = self.module("--unix", path, tcp=0)
        self.assertEqual(module.lines[0], "unix " + path)
        for _ in range(2):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(path)
            host = self.keep(Host(connection.fileno(), connection))
            host.send("AT\r")
            host.until(OK)
            host.close()
        end(module.process)
        self.assertFalse(os.path.exists(path))


class Terminal(AcceptanceTest):
    def test_the_rate_of_a_terminal_counts_if_asked_for(self):
        path, trace = self.path("tty"), self.path("trace.jsonl")
        self.module("--pty", path, "--baud", "strict", "--trace", trace, tcp=0)
        host = self.keep(Host.pty(path))
        host.until(BOOT)
        host.ok("AT")
        self.set_rate(host, termios.B9600)
        host.send("AT\r")

        def traced(mark):
            with open(trace, encoding="utf-8") as file:
                return mark in file.read()
        until(lambda: traced('"host":9600'))
        self.set_rate(host, termios.B115200)
        host.send("\rATE0\r")
        host.until(OK)
        with open(trace, encoding="utf-8") as file:
            lines = [event["line"] for event in map(json.loads, file) if event["event"] == "command"]
        self.assertEqual((lines[0], lines[-1]), ("", "E0"))
        self.assertNotIn("", lines[1:])  # no second AT was understood
        host.send("AT\r")
        host.expect(OK)

    def set_rate(self, host, rate):
        settings = termios.tcgetattr(host.descriptor)
        settings[4] = settings[5] = rate
        termios.tcsetattr(host.descriptor, termios.TCSANOW, settings)


class Refused(AcceptanceTest):
    def refusal(self, *options):
        ran = subprocess.run([SIM800, "run", *options], capture_output=True, text=True, check=False, timeout=DEADLINE)
        self.assertEqual(ran.returncode, 2, ran)
        return ran.stderr.strip()

    def test_ports_that_cannot_be(self):
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        for options, said in [
                (["--connect", "udp:a:1"], 'sim800: --connect: expected tcp:HOST:PORT, unix:PATH or rfc2217:HOST:PORT, found "udp:a:1"'),
                (["--connect", "tcp:127.0.0.1"], 'sim800: --connect tcp:127.0.0.1: expected HOST:PORT behind the colon, found "127.0.0.1"'),
                (["--connect", "unix:"], "sim800: --connect unix:: expected a path of 1 to 107 bytes, found 0"),
                (["--rfc2217", "nothing"], 'sim800: "nothing" is no HOST:PORT ([HOST]:PORT for IPv6)'),
                (["--unix", self.path("file")], "sim800: cannot listen on %s: Address already in use" % self.path("file")),
                (["--unix", "x" * 200], 'sim800: cannot listen on "%s": expected a path of 1 to 107 bytes, found one of 200' % ("x" * 200))]:
            with self.subTest(options):
                self.assertEqual(self.refusal(*options), said)
        self.assertIn("--baud", self.refusal("--baud", "slow"))


if __name__ == "__main__":
    unittest.main()
