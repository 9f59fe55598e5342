# AT+CNTP against time servers on loopback, as a host sees it.
# SPDX-License-Identifier: MIT
import datetime
import os
import pwd
import socket
import struct
import subprocess
import threading
import time
import unittest

from harness import DEADLINE, OK, AcceptanceTest, end, spawn
from peers import require

EPOCH = 2208988800  # seconds of 1900 at the start of 1970


class NtpServer:
    """Answers each request as `answer` says: bytes, or None for silence."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                request, client = self.socket.recvfrom(2048)
            except OSError:
                return
            if request == b"end":
                return
            self.requests.append(request)
            answer = self.answer(request)
            if answer is not None:
                self.socket.sendto(answer, client)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


def reply(request, unix, first=0x24, stratum=2):
    seconds = (unix + EPOCH) % (1 << 32)
    return struct.pack("!BBbb11I", first, stratum, 6, -20, 0, 0, 0x7F7F0101, seconds, 0,
                       *struct.unpack("!II", request[40:48]), seconds, 0, seconds, 0)


class Ntp(AcceptanceTest):
    def start(self, target, *options, bearer=True, **network):
        hosts = {"pool.ntp.org": target, "*": "unresolvable"}
        self.line = self.host(self.module(*options, scenario={"network": {"hosts": hosts, **network}}))
        if bearer:
            self.line.ok("AT+SAPBR=1,1")
        self.line.ok("AT+CNTPCID=1", 'AT+CNTP="pool.ntp.org",32')

    def synchronise(self, code):
        self.line.say("AT+CNTP", OK + b"\r\n+CNTP: %d\r\n" % code)

    def serve(self, answer):
        server = self.keep(NtpServer(answer))
        return server, "127.0.0.1:%d" % server.port

    def test_the_clock_is_set(self):
        server, at = self.serve(lambda request: reply(request, 1438564364))
        self.start(at)
        self.synchronise(1)
        self.assertIn('+CCLK: "15/08/03,09:12:4', self.line.ask("AT+CCLK?"))
        self.assertEqual([len(request) for request in server.requests], [48])
        self.assertEqual(server.requests[0][0] & 7, 3)

    def test_after_2036(self):
        _, at = self.serve(lambda request: reply(request, 2524608000))
        self.start(at)
        self.synchronise(1)
        self.assertIn('+CCLK: "50/01/01,08:00:0', self.line.ask("AT+CCLK?"))

    def test_codes(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            closed = "127.0.0.1:%d" % nobody.getsockname()[1]
        for code, target in ((61, None), (62, "unresolvable"),
                             (64, lambda request: reply(request, 1, stratum=0)), (64, lambda request: b"?"),
                             (65, lambda request: None), (65, "blackhole"), (65, "refuse"), (65, closed)):
            with self.subTest(code=code, target=target):
                at = self.serve(target)[1] if callable(target) else target or "127.0.0.1:123"
                self.start(at, "--time-scale", "0.05", bearer=target is not None)
                self.synchronise(code)

    def test_chrony(self):
        """A real server, which leaves the machine's clock alone."""
        require("chronyd")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
        with open(self.path("chrony.conf"), "w", encoding="ascii") as file:
            file.write("local stratum 8\nallow 127.0.0.1\nbindaddress 127.0.0.1\nport %d\ncmdport 0\npidfile %s\n" %
                       (port, self.path("chrony.pid")))
        user = pwd.getpwuid(os.getuid()).pw_name
        daemon = spawn(["chronyd", "-x", "-U", "-d", "-u", user, "-f", self.path("chrony.conf")],
                       stderr=subprocess.DEVNULL)
        self.addCleanup(end, daemon)
        self.wait_for_answer(port)
        self.start("127.0.0.1:%d" % port)
        self.synchronise(1)
        shown = self.line.ask("AT+CCLK?").partition('"')[2].partition("+32")[0]
        shown = datetime.datetime.strptime(shown + "+0800", "%y/%m/%d,%H:%M:%S%z")
        self.assertLess(abs(shown.timestamp() - time.time()), DEADLINE)

    @staticmethod
    def wait_for_answer(port):
        give_up = time.monotonic() + DEADLINE
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", port))
            client.settimeout(0.1)
            while time.monotonic() < give_up:
                try:
                    client.send(b"\x1b" + bytes(47))
                    client.recv(100)
                    return
                except (ConnectionRefusedError, TimeoutError):
                    pass
        raise AssertionError("the time server does not answer")


if __name__ == "__main__":
    unittest.main()
