# The application note's dialogues 3.1-3.9, played against real servers over a pty and over TCP.
# SPDX-License-Identifier: MIT
import glob
import os
import re
import subprocess
import unittest

from harness import DEADLINE, DIALOGUES, SIM800, AcceptanceTest
from servers import Nginx, ScriptedServer, Tinyproxy, at, page
from traces import TraceWatch

PICTURE = bytes(range(256)) * 64  # 16,384 bytes
BAIDU = b"b" * 9335


def send_rest_of_picture(connection, request):
    """As the note prints it: the bytes asked for, but with 200."""
    start = int(re.search(rb"\r\nRange: bytes=(\d+)-\r\n", request)[1])
    connection.sendall(page(PICTURE[start:]))


def ask_meanwhile(trace):
    """Holds the answer back, or half of it where it has a body, until AT+HTTPSTATUS? has been asked: in dialogue 3.8
    the first time during the GET, the third time during the POST."""
    def talk(connection, request):
        if request.startswith(b"HEAD"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9335\r\n\r\n")
            return
        get = request.startswith(b"GET")
        answer = page(BAIDU if get else b"")
        half = len(answer) // 2 if get else 0
        connection.sendall(answer[:half])
        trace.wait_for(1 if get else 3, event="command", line="+HTTPSTATUS?")
        connection.sendall(answer[half:])
    return talk


class Dialogues(AcceptanceTest):
    def setUp(self):
        super().setUp()
        self.trace = TraceWatch(self.path("trace"))
        self.rest = self.keep(ScriptedServer(send_rest_of_picture))
        self.baidu = self.keep(ScriptedServer(ask_meanwhile(self.trace)))
        self.nginx = self.keep(Nginx(self.dir, """
            location = / { if ($request_method = POST) { return 200; } try_files /page =404; }
            location = /abcde { return 302 http://www.sim.com/; }
            location /img/ { proxy_pass http://%s; proxy_set_header Host $host; }""" % at(self.rest.port)))
        self.nginx.put("page", b"p" * 1000)
        self.proxy = self.keep(Tinyproxy(self.dir, self.nginx.port))
        self.scenario = {"network": {
            "apns": {"CMNET": {"ip": "10.89.193.1"}},
            "hosts": {"www.sim.com": at(self.nginx.port), "www.baidu.com": at(self.baidu.port),
                      "10.0.0.172": at(self.proxy.port), "*": "unresolvable"}}}

    def play(self, *line):
        files = sorted(glob.glob(os.path.join(DIALOGUES, "0[0-9]-*.txt")))
        self.assertEqual(len(files), 10)
        self.trace.wait_for(1, event="urc", text="SMS Ready")
        # 01 closes the bearer that it opened, 02 to 09 need the one that 00 opens.
        ran = subprocess.run([SIM800, "play", *line, files[1], files[0], *files[2:]], capture_output=True, text=True,
                             timeout=DEADLINE, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        self.assertEqual(ran.stdout.count(": ok ("), 10)
        self.proxy.log.until(re.compile(rb"Request.*GET http://www\.sim\.com/ HTTP/1\.1"))
        self.assertIn(b"\r\nRange: bytes=2000-\r\n", self.rest.requests[0])
        self.assertEqual([request.split(b" ")[0] for request in self.baidu.requests], [b"GET", b"POST", b"HEAD"])
        self.assertTrue(self.baidu.requests[1].endswith(b"\r\n\r\n" + BAIDU), "the POST sends what the GET brought")

    def test_over_a_pty(self):
        link = self.path("tty")
        self.module("--pty", link, "--trace", self.trace.path, scenario=self.scenario, tcp=0)
        self.play("--pty", link)

    def test_over_tcp(self):
        module = self.module("--trace", self.trace.path, scenario=self.scenario)
        self.play("--tcp", "%s:%d" % module.tcp[0])


class Resume(AcceptanceTest):
    def test_a_server_that_keeps_to_the_standard_answers_206(self):
        nginx = self.keep(Nginx(self.dir, ""))
        nginx.put("img/sim_logo_jr_1003_38.gif", PICTURE)
        host = self.host(self.module(scenario={"network": {"hosts": {"www.sim.com": at(nginx.port)}}}))
        host.open_bearer()
        host.http("HTTP://www.sim.com/img/sim_logo_jr_1003_38.gif", 'AT+HTTPPARA="BREAK",2000')
        self.assertEqual(host.action(), (206, 14384))
        self.assertEqual(host.read(), PICTURE[2000:])
        host.ok('AT+HTTPPARA="BREAKEND",2999')
        self.assertEqual(host.action(), (206, 1000))
        self.assertEqual(host.read(), PICTURE[2000:3000])


if __name__ == "__main__":
    unittest.main()
