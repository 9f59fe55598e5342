# The control interface under load: thousands of malformed requests, ten readers of events at once.
# SPDX-License-Identifier: MIT
import json
import os
import random
import re
import socket
import unittest

from control import Control
from harness import DEADLINE, OK, AcceptanceTest

SEED = int(os.environ.get("SEED", "1"))
MALFORMED = 3000


def wire(method, path, body=b"", *headers):
    lines = ["%s /v1%s HTTP/1.1" % (method, path), "Host: localhost", *headers]
    if body and not any(line.startswith("Content-Length") for line in headers):
        lines.append("Content-Length: %d" % len(body))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def requests_of(control):
    """One that would do for each of the interface's paths, apart from those that wait or end the run."""
    api = json.loads(control.exchange("GET", "/openapi.json")[1])
    bodies = [b'{"signal": {"rssi": 3}}', b'{"on": {"command": "AT+CSQ"}, "do": {"cme": 3}}', b'{"from": "+420777000000", "text": "x"}',
              b'{"line": "AT"}', b'{"network": {"signal": {"rssi": 9}}}', b'[{"wait": "1s"}, {"urc": "X"}]', b'{"state": "x"}']
    for path, methods in api["paths"].items():
        if re.search("shutdown|reset|scenario|/wait|/at$|/events|/clock|modems", path):
            continue
        for method in methods:
            yield method.upper(), path.replace("/v1", "").replace("{id}", "0"), bodies
    yield "GET", "/events?format=jsonl&from=0&match=x", bodies


class Malformed(AcceptanceTest):
    def mutate(self, chance, whole):
        """Bytes are changed, left out, doubled, or cut off; or a field says something else."""
        text = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text) + 1)
            kind = chance.randrange(7)
            if kind == 0 and at < len(text):
                text[at] = chance.randrange(256)
            elif kind == 1:
                del text[at:at + chance.randint(1, 20)]
            elif kind == 2:
                text[at:at] = text[at:at + chance.randint(1, 60)]
            elif kind == 3:
                del text[max(at, 1):]
            elif kind == 4:
                text[at:at] = chance.choice([b"\0", b"\r\n", b"\r\n\r\n", b"%ff", b"%", b"?&=", b"{" * 200, b"[" * 3000, b'"' + b"9" * 400 + b'"', b"1e999",
                                             b"\xed\xa0\x80", b"/../..", b" " * 500])
            elif kind == 5:
                text = bytearray(re.sub(rb"Content-Length: \d+", chance.choice([b"Content-Length: -1", b"Content-Length: 99999999999999999999",
                                        b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Expect: 100-continue"]), bytes(text)))
            else:
                text = bytearray(bytes(text).replace(b"HTTP/1.1", chance.choice([b"HTTP/1.0", b"HTTP/9.9", b"http", b""]), 1))
        return bytes(text) or b"\0"

    def test_thousands_of_them_do_no_harm(self):
        module = self.module("--control", "127.0.0.1:0")
        control = Control.of(module)
        host, port = control.url[7:].split(":")
        good, chance, statuses = list(requests_of(control)), random.Random(SEED), {}
        self.assertGreater(len(good), 40)
        for number in range(MALFORMED):
            method, path, bodies = chance.choice(good)
            body = chance.choice(bodies) if method in ("POST", "PUT", "PATCH") else b""
            text = self.mutate(chance, wire(method, path, body, "Connection: close"))
            with socket.create_connection((host, int(port)), DEADLINE) as connection, self.subTest(seed=SEED, number=number, text=text[:300]):
                try:
                    connection.sendall(text)
                except ConnectionError:  # refused in the middle of it
                    pass
                # Many are not complete, and wait for more. Who comes next is answered after them: there is one thread.
                control.close()
                self.assertEqual(control.get("/health")["status"], "ready")
                try:
                    connection.setblocking(False)
                    answer = connection.recv(12)
                except OSError:
                    answer = b""
                statuses[answer[9:12]] = statuses.get(answer[9:12], 0) + 1
                # 505: a version of HTTP that there is not.
                self.assertFalse(answer[9:10] == b"5" and answer[9:12] != b"505", (answer, text))
        self.assertGreater(statuses.get(b"400", 0), MALFORMED // 20, statuses)
        self.assertIsNone(module.process.poll())
        control.exchange("DELETE", "/faults")
        self.assertEqual(control.get("/health")["status"], "ready")
        self.assertNotIn("[error]", module.stderr())


class Readers(AcceptanceTest):
    def read(self, stream, count):
        """The numbers of so many events."""
        numbers = []
        while len(numbers) < count:
            line = stream.readline()
            self.assertNotEqual(line, b"", "the stream ended")
            if line.startswith(b"id: "):
                numbers.append(int(line[4:]))
        return numbers

    def test_ten_at_once_each_get_everything_in_order(self):
        module = self.module("--control", "127.0.0.1:0")
        control, host = Control.of(module), self.host(module)
        streams = []
        for _ in range(10):
            connection = control.connect()
            self.addCleanup(connection.close)
            connection.request("GET", "/v1/events?from=1")
            streams.append(connection.getresponse())
        host.ok("ATE0")
        for _ in range(100):
            host.send("AT+CSQ\r")
            host.until(OK)
        last = json.loads(control.exchange("GET", "/events?format=jsonl&match=rx")[1].splitlines()[-1])["n"]
        self.assertGreater(last, 400)
        for stream in streams:
            self.assertEqual(self.read(stream, last), list(range(1, last + 1)))

    def test_they_leave_in_the_middle_of_it(self):
        module = self.module("--control", "127.0.0.1:0")
        control, host = Control.of(module), self.host(module)
        host.ok("ATE0")
        for _ in range(100):
            connection = control.connect()
            connection.request("GET", "/v1/events?from=0")
            connection.getresponse().read(100)
            connection.close()
            host.send("AT+CSQ\r")
            host.until(OK)
        self.assertEqual(control.get("/health"), {"status": "ready", "waits": 0})


if __name__ == "__main__":
    unittest.main()
