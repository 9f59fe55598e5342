# What the acceptance tests share: a module in a process of its own, and a host that talks AT to it.
# SPDX-License-Identifier: MIT
"""No test sleeps or measures wall time: each waits for bytes, and DEADLINE only ends a test that would hang."""

import collections
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty
import unittest

from peers import PROGRAMS, ROOT, require

sys.path.insert(0, os.path.join(ROOT, "clients", "python", "src"))
from pytest_sim800.process import Run, tied  # the package that users have: one way to start a module and to ask it

DEADLINE = 120.0  # seconds without the bytes waited for, after which a test has failed
SIM800 = os.path.abspath(os.environ.get("SIM800", os.path.join(ROOT, "build/release/sim800")))
DIALOGUES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "dialogues")

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
BOOT = b"".join(b"\r\n%s\r\n" % line for line in
                (b"RDY", b"+CFUN: 1", b"+CPIN: READY", b"Call Ready", b"SMS Ready"))
# module: what servers of today want, and the default firmware does not offer.
MODERN_TLS = {"quirks": {"tls": "1.2", "sni": True}}
FINAL = re.compile(rb"\r\n(OK|ERROR|\+CME ERROR: [^\r]*)\r\n\Z")


def spawn(command, **options):
    """A process that cannot outlive this one, however this one ends.  A test whose program is not to be had is skipped."""
    if command[0] in PROGRAMS:
        require(command[0])
    return subprocess.Popen(tied(command), **options)


def end(process, how=signal.SIGTERM):
    """Ends a process; returns its exit status."""
    if process.poll() is None:
        process.send_signal(how)
    status = process.wait(DEADLINE)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
    return status


class Pipe:
    """Reads a descriptor up to a mark."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.buffer = b""
        self.seen = b""
        os.set_blocking(descriptor, False)

    def fill(self, give_up):
        """Takes what has come, waiting for the first of it; False at the end of the input."""
        if not select.select([self.descriptor], [], [], max(0, give_up - time.monotonic()))[0]:
            raise AssertionError("nothing came any more after %r" % self.seen[-2000:])
        try:
            data = os.read(self.descriptor, 1 << 20)
        except BlockingIOError:
            return True
        except OSError:  # a pty whose other side is gone
            data = b""
        self.buffer += data
        self.seen += data
        return bool(data)

    def until(self, pattern):
        """Takes everything up to the end of what the pattern (bytes or compiled) matches; returns the match."""
        pattern = re.compile(re.escape(pattern)) if isinstance(pattern, bytes) else pattern
        give_up = time.monotonic() + DEADLINE
        while not (found := pattern.search(self.buffer)):
            if not self.fill(give_up):
                raise AssertionError("the input ended before %r, after %r" % (pattern.pattern, self.seen[-2000:]))
        self.buffer = self.buffer[found.end():]
        return found

    def take(self, count):
        give_up = time.monotonic() + DEADLINE
        while len(self.buffer) < count:
            if not self.fill(give_up):
                raise AssertionError("the input ended %d bytes early" % (count - len(self.buffer)))
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def rest(self):
        """Everything up to the end of the input."""
        give_up = time.monotonic() + DEADLINE
        while self.fill(give_up):
            pass
        taken, self.buffer = self.buffer, b""
        return taken


class Host(Pipe):
    """The other end of a module's line."""

    def __init__(self, descriptor, owner=None, out=None):
        super().__init__(descriptor)
        self.owner = owner  # a socket, kept open with this object
        self.out = descriptor if out is None else out

    @classmethod
    def tcp(cls, address):
        connection = socket.create_connection(address, DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connection.fileno(), connection)

    @classmethod
    def pty(cls, path, raw=True):
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        if raw:
            tty.setraw(descriptor, termios.TCSANOW)
        return cls(descriptor)

    def close(self):
        if self.owner:
            self.owner.close()
        elif self.descriptor >= 0:
            os.close(self.descriptor)
        self.owner, self.descriptor = None, -1

    def send(self, data):
        data = memoryview(data if isinstance(data, bytes) else data.encode("latin-1"))
        while data:
            if not select.select([], [self.out], [], DEADLINE)[1]:
                raise AssertionError("the module takes no more input")
            try:
                data = data[os.write(self.out, data):]
            except BlockingIOError:
                pass

    def expect(self, wanted):
        """Exactly these bytes come next; the first that differs ends it."""
        give_up = time.monotonic() + DEADLINE
        while wanted.startswith(self.buffer) and len(self.buffer) < len(wanted):
            if not self.fill(give_up):
                break
        if not self.buffer.startswith(wanted):
            raise AssertionError("expected %r, got %r" % (wanted, self.buffer))
        self.buffer = self.buffer[len(wanted):]

    def say(self, line, answer):
        """The line, its echo, and exactly this answer."""
        self.send(line + "\r")
        self.expect(line.encode("latin-1") + b"\r" + answer)

    def ask(self, line):
        """The answer to a line, without its echo, up to and with the final result."""
        self.send(line + "\r")
        self.expect(line.encode("latin-1") + b"\r")
        give_up = time.monotonic() + DEADLINE
        while not FINAL.search(self.buffer):
            if not self.fill(give_up):
                raise AssertionError("the line was cut after %r" % self.seen[-2000:])
        answer, self.buffer = self.buffer, b""
        return answer.decode("latin-1")

    def ok(self, *lines):
        for line in lines:
            self.say(line, OK)

    def registered(self):
        """With `typical`, registration comes after all that the module says by itself."""
        while "+CREG: 0,1\r" not in self.ask("AT+CREG?"):
            pass

    # The way to a page.

    def open_bearer(self, apn="CMNET"):
        self.ok('AT+SAPBR=3,1,"APN","%s"' % apn, "AT+SAPBR=1,1")

    def http(self, url, *parameters):
        self.ok("AT+HTTPINIT", 'AT+HTTPPARA="URL","%s"' % url, *parameters)

    def action(self, method=0):
        """(status, length) of +HTTPACTION."""
        self.ok("AT+HTTPACTION=%d" % method)
        return self.outcome(method)

    def outcome(self, method=0):
        found = self.until(re.compile(rb"\A\r\n\+HTTPACTION: (\d),(\d+),(\d+)\r\n|\A\r?\n?[^+\r\n]"))
        if found[1] != b"%d" % method:
            raise AssertionError("expected +HTTPACTION: %d, got %r" % (method, found[0] + self.buffer))
        return int(found[2]), int(found[3])

    def read(self, command="HTTPREAD"):
        """The bytes that HTTPREAD or HTTPHEAD shows."""
        line = b"AT+%s\r" % command.encode()
        self.send(line)
        self.expect(line)
        found = self.until(re.compile(rb"\A\r\n(?:OK|\+%s: (\d+))\r\n" % command.encode()))
        if found[1] is None:
            return b""
        data = self.take(int(found[1]))
        self.expect(OK)
        return data


class Module(Run):
    """`sim800 run` with these options; a scenario is a dict."""

    def __init__(self, folder, *options, scenario=None, timing="instant", tcp=1, env=None, wrapper=()):
        command = [*wrapper, SIM800, "run", *(("--timing", timing) if timing else ()), *["--tcp", "127.0.0.1:0"] * tcp, *options]
        if scenario is not None:
            path = os.path.join(folder, "scenario.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(scenario, file)
            command.append(path)
        super().__init__(command, folder, cwd=folder, env=None if env is None else {**os.environ, **env})
        self.pid = self.process.pid
        self.stdout = Pipe(self.process.stdout.fileno())  # what comes after "ready"
        self.tcp = [(words[1], int(words[2])) for words in self.all("tcp")]
        self.ptys = [words[1] for words in self.all("pty")]

        self.clients = []  # of its control interface

    stderr = Run.errors

    def memory_kib(self):
        """The most memory it ever had in use, or None where a sanitizer (shadow memory of terabytes) hides it."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            sizes = dict(re.findall(r"(Vm\w+):\s+(\d+) kB", file.read()))
        return None if int(sizes["VmPeak"]) > 1 << 30 else int(sizes["VmHWM"])

    def cpu_seconds(self):
        """What it has computed so far, in all its threads."""
        with open("/proc/%d/stat" % self.pid, encoding="ascii") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def end(self, how=signal.SIGTERM):
        for client in self.clients:
            client.close()
        return super().end(how)


class Usage:
    """Memory, descriptors and threads of a program, over time."""

    def __init__(self, pid):
        self.pid, self.start, self.points = pid, time.monotonic(), collections.defaultdict(list)

    def sample(self):
        now = (time.monotonic() - self.start) / 60
        for name, count in (("kB of memory", self.status("VmRSS")), ("threads", self.status("Threads")),
                            ("descriptors", len(os.listdir("/proc/%d/fd" % self.pid)))):
            self.points[name].append((now, count))

    def status(self, key):
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            return int(re.search(key + r":\s+(\d+)", file.read())[1])


class AcceptanceTest(unittest.TestCase):
    """Every server, module and file of a test goes with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sim800-")
        self.addCleanup(folder.cleanup)
        self.dir = folder.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def keep(self, thing, *arguments):
        """Closed or ended when the test ends."""
        self.addCleanup(getattr(thing, "close", None) or thing.end, *arguments)
        return thing

    def module(self, *options, **rest):
        folder = tempfile.mkdtemp(prefix="module-", dir=self.dir)
        module = Module(folder, *options, **rest)

        def gone():
            if module.process.returncode is None:
                self.assertEqual(module.end(), 0, "exit status after SIGTERM")
        self.addCleanup(gone)
        return module

    def host(self, module, tcp=0, booted=False):
        """A host on a TCP endpoint; the first on it reads what the module said at boot."""
        host = self.keep(Host.tcp(module.tcp[tcp]))
        if not booted:
            host.expect(BOOT)
        return host
