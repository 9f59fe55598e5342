# The socket commands as a host uses them, and servers for the other end.
# SPDX-License-Identifier: MIT
import hashlib
import re
import socket
import threading

from harness import BOOT, DEADLINE, OK, AcceptanceTest, Host
from servers import LOOPBACK, Listener, listening_socket

ALL_BYTES = bytes(range(256))
MANUAL = ("AT+CIPMUX=1", "AT+CIPRXGET=1", "AT+CIPQSEND=1")


def pattern(size, seed=0):
    """So many bytes, all values among them, no two places alike by chance."""
    blocks = (hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(size // 32 + 1))
    return (ALL_BYTES + b"".join(blocks))[:size]


def digest(data):
    return hashlib.sha256(data).hexdigest()


class TcpServer(Listener):
    """Calls `talk(connection)` for each client, in a thread of its own; `finished` counts those it has returned from."""

    def __init__(self, talk, send_buffer=0):
        self.talk = talk
        self.finished = threading.Semaphore(0)
        listener = listening_socket()
        if send_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        super().__init__(listener)

    def serve(self, connection, number):
        connection.settimeout(DEADLINE)
        try:
            self.talk(connection)
        finally:
            self.finished.release()


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


class Sink:
    """A talk that keeps what comes."""

    def __init__(self):
        self.data = bytearray()

    def __call__(self, connection):
        while data := connection.recv(65536):
            self.data += data


class UdpServer:
    """Answers each datagram with what `answer` makes of it."""

    def __init__(self, answer):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.port = self.socket.getsockname()[1]
        self.answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                data, client = self.socket.recvfrom(65536)
                self.socket.sendto(self.answer(data), client)
            except OSError:
                return

    def close(self):
        self.socket.close()


class SocketHost(Host):
    """A host with its echo off."""

    def quiet(self):
        self.say("ATE0", OK)

    def bring_up(self, *before):
        """The way of most drivers; `before` as AT+CIPMUX=1."""
        self.quiet()
        for line in (*before, 'AT+CSTT="CMNET","",""', "AT+CIICR"):
            self.do(line)
        self.send("AT+CIFSR\r")
        self.until(re.compile(rb"\A\r\n\d+\.\d+\.\d+\.\d+\r\n"))

    def do(self, line, answer=OK):
        self.send(line + "\r")
        self.expect(answer)

    def connect(self, number, host, port, kind="TCP"):
        """In multi-connection mode."""
        self.send('AT+CIPSTART=%d,"%s","%s",%d\r' % (number, kind, host, port))
        self.until(OK)  # what others have received may be announced before it
        self.until(b"\r\n%d, CONNECT OK\r\n" % number)

    def transmit(self, number, data):
        """In blocks, with AT+CIPQSEND=1; URCs in between are passed over."""
        for start in range(0, len(data), 1460):
            block = data[start:start + 1460]
            self.send("AT+CIPSEND=%d,%d\r" % (number, len(block)))
            self.until(b"\r\n> ")
            self.send(block)
            self.until(b"\r\nDATA ACCEPT:%d,%d\r\n" % (number, len(block)))

    def fetch(self, number, most=1460):
        """What AT+CIPRXGET=2 gives; where that is nothing, once something has come."""
        while True:
            self.send("AT+CIPRXGET=2,%d,%d\r" % (number, most))
            found = self.until(re.compile(rb"\r\n\+CIPRXGET: 2,%d,(\d+),(\d+)\r\n" % number))
            data = self.take(int(found[1]))
            self.expect(OK)
            if data:
                return data
            self.until(b"\r\n+CIPRXGET: 1,%d\r\n" % number)

    def receive(self, number, count):
        data = b""
        while len(data) < count:
            data += self.fetch(number, min(1460, count - len(data)))
        return data


class SocketTest(AcceptanceTest):
    def socket_host(self, hosts=None, pty=False, module=None):
        """On a module of its own, which reaches nothing but loopback; `emulator` is that module."""
        scenario = {"module": module or {},
                    "network": {"hosts": {"*": "unresolvable", LOOPBACK: LOOPBACK, **(hosts or {})}}}
        self.emulator = self.module(*(("--pty", self.path("tty")) if pty else ()), scenario=scenario)
        if not pty:
            host = self.keep(SocketHost.tcp(self.emulator.tcp[0]))
            host.expect(BOOT)
            return host
        host = self.keep(SocketHost.pty(self.emulator.ptys[0]))
        host.until(b"SMS Ready\r\n")
        return host
