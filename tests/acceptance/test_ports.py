# Ports with modem lines, rates and other ways to connect, with clients and servers of other people.
# SPDX-License-Identifier: MIT
import contextlib
import json
import mmap
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
import unittest

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host, Pipe, end, spawn

try:
    import serial
except ImportError:
    serial = None


# In which one port is all there is for connections.
OWN_NETWORK = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c",
               'ip link set lo up && echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"', "sh"]
# Listens there, then lets others have ports of their own, and shows the first octets that come.
LISTENS = """import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 40000))
listener.listen()
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as ports:
    ports.write("40000 50000")
print(listener.accept()[0].recv(2))"""


def until(condition):
    """Waits for what another thread notices."""
    give_up = time.monotonic() + DEADLINE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError("it did not come about")
        pause.wait(0.001)


def listening_ports(pid):
    """Of a process, on IPv4."""
    folder, sockets = "/proc/%d/fd/" % pid, set()
    for descriptor in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            sockets.add(os.readlink(folder + descriptor))
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [row.split() for row in list(table)[1:]]
    listens = "0A"
    return [int(row[1].split(":")[1], 16) for row in rows if row[3] == listens and "socket:[%s]" % row[9] in sockets]


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

    # By SET-BAUDRATE, -DATASIZE, -PARITY and -STOPSIZE, against what AT+IPR and AT+ICF set.

    def test_every_rate(self):
        port = self.port()
        self.ask(port, "ATE0")
        for rate in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 230400, 460800, 115200):
            with self.subTest(rate):
                port.write(b"AT+IPR=%d\r" % rate)
                self.assertEqual(port.read_until(OK), OK)
                port.baudrate = rate
                self.assertEqual(self.ask(port, "AT+IPR?"), b"\r\n+IPR: %d\r\n" % rate + OK)

    def test_every_framing(self):
        port = self.port()
        self.ask(port, "ATE0")
        for setting, size, parity, stop in [
                ("1", 8, "N", 2), ("2,0", 8, "O", 1), ("2,1", 8, "E", 1), ("2,3", 8, "S", 1), ("4", 7, "N", 2),
                ("5,0", 7, "O", 1), ("5,1", 7, "E", 1), ("5,3", 7, "S", 1), ("6", 7, "N", 1), ("3", 8, "N", 1)]:
            with self.subTest(setting):
                port.write(b"AT+ICF=%s\r" % setting.encode())
                self.assertEqual(port.read_until(OK), OK)
                port.bytesize, port.parity, port.stopbits = size, parity, stop
                self.assertEqual(self.ask(port, "AT"), OK)


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

    def test_nobody_listens_and_the_system_gives_it_that_port(self):
        if subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("this system gives nobody a network of his own")
        module = self.module("--connect", "tcp:127.0.0.1:40000", tcp=0, wrapper=OWN_NETWORK)
        until(lambda: "connect:tcp:127.0.0.1:40000: Connection refused; trying again" in module.stderr())
        ran = subprocess.run(["nsenter", "--target", str(module.pid), "--user", "--net", sys.executable, "-c", LISTENS],
                             capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(ran.stdout, b"b'\\r\\n'\n", ran.stderr)

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


class Adapter(AcceptanceTest):
    """The module on a serial port of the machine, for which a pseudo-terminal stands."""

    def setUp(self):
        super().setUp()
        self.master, slave = pty.openpty()
        self.addCleanup(os.close, slave)
        self.addCleanup(os.close, self.master)
        self.slave = slave
        self.device = os.ttyname(slave)

    def start(self, rest="", environment=None, scenario=None):
        self.trace = self.path("trace.jsonl")
        module = self.module("--serial", self.device + rest, "--trace", self.trace, tcp=0, scenario=scenario,
                             env=environment)
        self.assertEqual(module.lines[0], "serial " + self.device)
        return Host(os.dup(self.master))

    def rate(self):
        return termios.tcgetattr(self.slave)[4]

    def test_the_rate_follows_the_module(self):
        host = self.keep(self.start(":9600"))
        host.until(BOOT)
        self.assertEqual(self.rate(), termios.B9600)
        host.ok("AT", "AT+IPR=38400")
        until(lambda: self.rate() == termios.B38400)
        host.ok("AT+ICF=1")
        until(lambda: termios.tcgetattr(self.slave)[2] & termios.CSTOPB)

    def test_without_lines_they_are_on(self):
        host = self.keep(self.start())
        host.until(BOOT)
        host.ok("AT+IFC=2,2", "AT+CSCLK=1", "AT")

    def lines(self):
        """The adapter's, as the module sets them and a test moves them."""
        library = os.path.join(os.path.dirname(SIM800), "tests", "libserial_lines.so")
        if not os.path.exists(library):
            self.skipTest("the tests are not built beside %s" % SIM800)
        path = self.path("lines")
        with open(path, "wb") as file:
            file.write(struct.pack("=ii", 0, termios.TIOCM_DSR | termios.TIOCM_CTS))
        with open(path, "r+b") as file:
            self.levels = mmap.mmap(file.fileno(), 8)
        self.addCleanup(self.levels.close)
        return {"LD_PRELOAD": library, "SERIAL_LINES": path}

    def outputs(self):
        return struct.unpack_from("=i", self.levels, 0)[0]

    def inputs(self, bits):
        struct.pack_into("=i", self.levels, 4, bits)

    def traced(self, mark):
        with open(self.trace, encoding="utf-8") as file:
            return mark in file.read()

    def test_lines_through_a_null_modem_cable(self):
        host = self.keep(self.start(environment=self.lines()))
        host.until(BOOT)
        both = termios.TIOCM_DTR | termios.TIOCM_RTS
        until(lambda: self.outputs() == both)  # DSR and CTS
        host.ok("AT+IFC=2,2")
        self.inputs(termios.TIOCM_DSR)  # the host's RTS falls
        until(lambda: self.traced('"signal":"RTS","on":false'))
        host.send("AT+CSQ\r")
        until(lambda: self.traced('"line":"+CSQ"'))
        self.inputs(termios.TIOCM_DSR | termios.TIOCM_CTS)
        host.until(b"+CSQ: 21,0\r\n" + OK)
        self.inputs(termios.TIOCM_CTS)
        until(lambda: self.traced('"signal":"DTR","on":false'))
        self.inputs(termios.TIOCM_CTS | termios.TIOCM_DSR)
        host.send("AT+CPOWD=0\r")
        until(lambda: self.outputs() == 0)

    def test_lines_as_they_are_mapped(self):
        host = self.keep(self.start(":115200,dcd=dtr,ri=!rts,dtr=!dcd,rts=on", self.lines(), {
            "faults": [{"on": {"command": "AT+CBC"}, "do": {"level": {"RI": "high"}}}]}))
        host.until(BOOT)
        until(lambda: self.outputs() == termios.TIOCM_RTS)  # no RI, inverted
        host.ok("AT&C0")
        until(lambda: self.outputs() == termios.TIOCM_RTS | termios.TIOCM_DTR)
        host.ask("AT+CBC")
        until(lambda: self.outputs() == termios.TIOCM_DTR)
        self.inputs(termios.TIOCM_CAR)
        until(lambda: self.traced('"signal":"DTR","on":false'))
        self.assertFalse(self.traced('"signal":"RTS"'))


class Sniffed(AcceptanceTest):
    """--tap, with a reader of pcapng of our own, and with Wireshark's where it is to be had."""

    def blocks(self, pipe, count):
        for _ in range(count):
            kind, size = struct.unpack("<II", pipe.take(8))
            body = pipe.take(size - 8)
            self.assertEqual(struct.unpack("<I", body[-4:]), (size,))
            yield kind, body[:-4]

    def test_both_directions_can_be_told(self):
        module = self.module("--pty", self.path("a"), "--pty", self.path("b"), "--tap", "127.0.0.1:0", tcp=0)
        word, host, port = module.lines[2].split()
        self.assertEqual((word, host), ("tap", "127.0.0.1"))
        sniffer = self.keep(Host.tcp(("127.0.0.1", int(port))))
        heads = list(self.blocks(sniffer, 3))
        self.assertEqual([kind for kind, _ in heads], [0x0A0D0D0A, 1, 1])
        self.assertEqual(struct.unpack("<HH", heads[1][1][:4]), (250, 0))
        self.assertIn(("pty:" + self.path("a")).encode(), heads[1][1])
        line = self.keep(Host.pty(self.path("b")))
        line.until(BOOT)
        line.ok("ATE0")
        line.send("AT\r")
        line.expect(OK)
        said = {1: b"", 2: b""}
        while not said[1].endswith(OK + OK):
            (kind, body), = self.blocks(sniffer, 1)
            self.assertEqual(kind, 6)
            index, _, _, size, _ = struct.unpack("<IIIII", body[:20])
            event = body[28]
            if index == 1 and event in said:
                said[event] += body[32:20 + size]
                flags = struct.unpack("<HHI", body[20 + (size + 3) // 4 * 4:][:8])
                self.assertEqual(flags, (2, 4, {1: 2, 2: 1}[event]))
        self.assertTrue(said[2].endswith(b"ATE0\rAT\r"), said)


class Ser2net(AcceptanceTest):
    """A server of serial ports, as on a board beside the hardware."""

    def serve(self, accepter, connector):
        """Its port, which the system picks."""
        with open(self.path("ser2net.yaml"), "w", encoding="utf-8") as file:
            file.write("connection: &port\n  accepter: %s,127.0.0.1,0\n  connector: %s\n" % (accepter, connector))
        server = spawn(["ser2net", "-n", "-c", self.path("ser2net.yaml")], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(end, server)
        until(lambda: listening_ports(server.pid))
        return listening_ports(server.pid)[0]

    def test_in_front_of_the_module(self):
        module = self.module("--rfc2217", "127.0.0.1:0", tcp=0)
        number = self.serve("tcp", "telnet(rfc2217),tcp,127.0.0.1,%s" % module.lines[0].split()[2])
        connection = socket.create_connection(("127.0.0.1", number), DEADLINE)
        host = self.keep(Host(connection.fileno(), connection))
        host.send("ATE0\r")
        host.until(OK)

    def test_the_module_is_on_its_port(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        number = self.serve("telnet(rfc2217),tcp", "serialdev,%s,115200n81,local" % os.ttyname(slave))
        self.module("--connect", "rfc2217:127.0.0.1:%d" % number, tcp=0)
        host = self.keep(Host(os.dup(master)))
        host.until(BOOT)
        host.ok("AT", "AT+IPR=9600")
        until(lambda: termios.tcgetattr(slave)[4] == termios.B9600)
        host.ok("AT")
        data = bytes(range(256)) * 4
        host.ok("ATE0")
        host.send("AT+FSCREATE=a.bin\r")
        host.expect(OK)
        host.send("AT+FSWRITE=a.bin,0,%d,10\r" % len(data))
        host.until(b">")
        host.send(data)
        host.until(OK)
        host.send("AT+FSREAD=a.bin,0,%d,0\r" % len(data))
        host.until(data)


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
                (["--serial", self.path("none")], "sim800: --serial %s: No such file or directory" % self.path("none")),
                (["--serial", "/dev/null"],
                 "sim800: --serial /dev/null: expected a serial port: Inappropriate ioctl for device"),
                (["--serial", "/dev/x,ri=cts"], 'sim800: --serial /dev/x,ri=cts: expected an output of the adapter (dtr, rts) '
                 'behind ri=, found "cts"'),
                (["--serial", "/dev/x,ri=rts,dcd=rts"],
                 "sim800: --serial /dev/x,ri=rts,dcd=rts: the adapter's rts is given twice"),
                (["--tap", "nothing"], 'sim800: "nothing" is no HOST:PORT ([HOST]:PORT for IPv6)'),
                (["--unix", self.path("file")], "sim800: cannot listen on %s: Address already in use" % self.path("file")),
                (["--unix", "x" * 200], 'sim800: cannot listen on "%s": expected a path of 1 to 107 bytes, found one of 200' % ("x" * 200))]:
            with self.subTest(options):
                self.assertEqual(self.refusal(*options), said)
        self.assertIn("--baud", self.refusal("--baud", "slow"))


if __name__ == "__main__":
    unittest.main()
