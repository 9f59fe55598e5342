# A client of the control interface (docs/control.md), as small as it can be.
# SPDX-License-Identifier: MIT
import http.client
import json
import socket

from harness import DEADLINE


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status = status
        self.texts = [error["text"] for error in json.loads(body).get("errors", [])] if body.startswith(b"{") else []


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self.path)


class Control:
    def __init__(self, url):
        self.url = url

    @classmethod
    def of(cls, module):
        return cls(next(line.split(" ")[1] for line in module.lines if line.startswith("control ")))

    def connection(self):
        if self.url.startswith("unix:"):
            return UnixConnection(self.url[5:])
        host, _, port = self.url[7:].rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=DEADLINE)

    def raw(self, method, path, body=None, headers=None):
        """(status, body)"""
        connection = self.connection()
        try:
            connection.request(method, "/v1" + path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, method, path, body=None):
        status, answer = self.raw(method, path, None if body is None else json.dumps(body))
        if status >= 400:
            raise Refused(status, answer)
        return json.loads(answer)

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, body)

    def at(self, line, **rest):
        return self.post("/at", {"line": line, **rest})
