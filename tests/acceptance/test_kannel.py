# Kannel's SMS gateway has the module as its message centre (smsc=at): it sends, receives, and gets status reports.
# SPDX-License-Identifier: MIT
import http.server
import os
import queue
import subprocess
import threading
import unittest
import urllib.parse
import urllib.request

from harness import DEADLINE, AcceptanceTest, Pipe, end, spawn
from recipes import recipe
from servers import unused_port
from traces import TraceWatch

OWN = "+8613800138000"

class Inbox:
    """A web server that Kannel calls with what has come: paths with their queries, a character for each byte."""

    def __init__(self):
        self.calls = calls = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                calls.put((url.path, dict(urllib.parse.parse_qsl(url.query, encoding="latin-1"))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        return self.calls.get(timeout=2 * DEADLINE)

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Kannel(AcceptanceTest):
    def start(self, timing, init):
        self.inbox = self.keep(Inbox())
        self.trace = TraceWatch(self.path("trace"))
        link = self.path("tty")
        self.module("--pty", link, "--trace", self.trace.path, timing=timing, tcp=0)
        places = {"/tmp/modem": link, ":8080": ":%d" % self.inbox.port, "AT+CNMI=1,2,0,1,0": init}
        for port in "13000", "13001", "13013":
            holder, places[port] = unused_port()
            self.addCleanup(holder.close)
        self.sendsms = places["13013"]
        with open(self.path("kannel.conf"), "w", encoding="ascii") as file:
            file.write(recipe("group = core", places))
        self.box("bearerbox", b"AT SMSC successfully opened")
        self.box("smsbox", b"Connected to bearerbox")

    def box(self, name, mark):
        """Runs one of Kannel's programs, from where it has said that it is there."""
        box = spawn([name, self.path("kannel.conf")], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT)
        self.addCleanup(end, box)
        log = Pipe(box.stdout.fileno())
        log.until(mark)
        os.set_blocking(box.stdout.fileno(), True)
        threading.Thread(target=box.stdout.read, daemon=True).start()

    def send(self, text, **more):
        """To the module's own number, so that it comes back."""
        query = urllib.parse.urlencode({"username": "user", "password": "secret", "from": "1", "to": OWN, "text": text,
                                        "charset": "UTF-8", **more})
        with urllib.request.urlopen("http://127.0.0.1:%d/cgi-bin/sendsms?%s" % (self.sendsms, query)) as answer:
            self.assertEqual(answer.status, 202, answer.read())
        self.trace.wait_for(1, event="sms", to=OWN, taken=True)

    def test_messages_and_reports_shown_at_once(self):
        self.start("typical", "AT+CNMI=1,2,0,1,0")  # what Kannel sends to a modem that it does not know
        report = "http://127.0.0.1:%d/report?status=%%d" % self.inbox.port
        # Wanted: 1, it was delivered; 8, the message centre has it; 16, the centre refuses it.
        text = "Hello {€}"
        self.send(text, **{"dlr-mask": 1 | 8 | 16, "dlr-url": report})
        message = {"from": OWN, "to": OWN, "text": text.encode().decode("latin-1")}
        self.assertEqual([self.inbox.next() for _ in range(3)],
                         [("/report", {"status": "8"}), ("/message", message), ("/report", {"status": "1"})])

    def test_messages_kept_by_the_module(self):
        self.start("instant", "AT+CNMI=1,1,0,0,0")
        text = "Привет, 世界"
        self.send(text, coding=2)
        self.assertEqual(self.inbox.next(),
                         ("/message", {"from": OWN, "to": OWN, "text": text.encode("utf-16-be").decode("latin-1")}))


if __name__ == "__main__":
    unittest.main()
