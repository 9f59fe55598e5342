# HTTP servers that misbehave: the module keeps its memory and its answers, and nothing but HTTP gets in or out.
# SPDX-License-Identifier: MIT
import gzip
import os
import threading
import unittest

from harness import DEADLINE, OK, AcceptanceTest
from servers import ScriptedServer, at, endless, page

MEMORY_KIB = 40 * 1024
NO_MEMORY = (602, 0)
NETWORK_ERROR = (601, 0)
NOT_HTTP = (600, 0)
HEAD = b"HTTP/1.1 200 OK\r\n"


class HostileTest(AcceptanceTest):
    def start(self, talk, *parameters, env=None, url="a.test"):
        self.server = self.keep(ScriptedServer(talk))
        hosts = {"a.test": at(self.server.port), "*": "unresolvable"}
        self.process = self.module(scenario={"network": {"hosts": hosts}}, env=env)
        self.line = self.host(self.process)
        self.line.open_bearer()
        self.line.http(url, *parameters)

    def well(self):
        self.line.ok("AT")
        if (used := self.process.memory_kib()) is not None:
            self.assertLess(used, MEMORY_KIB)

    def ends(self, outcome, talk, *parameters, method=0, **rest):
        self.start(talk, *parameters, **rest)
        self.assertEqual(self.line.action(method), outcome)
        self.well()


class WithoutEnd(HostileTest):
    def test_header_lines(self):
        self.ends(NO_MEMORY, endless(b"X-More: " + b"x" * 1000 + b"\r\n", HEAD))

    def test_one_header_line(self):
        self.ends(NO_MEMORY, endless(b"x" * 65536, HEAD + b"X-Long: "))

    def test_status_line(self):
        self.ends(NO_MEMORY, endless(b"x" * 65536, b"HTTP/1.1 200 "))

    def test_100_continue(self):
        self.ends(NO_MEMORY, endless(b"HTTP/1.1 100 Continue\r\nX: " + b"x" * 1000 + b"\r\n\r\n"))

    def test_body(self):
        self.ends(NO_MEMORY, endless(b"x" * 65536, HEAD + b"\r\n"))

    def test_chunks(self):
        self.ends(NO_MEMORY, endless(b"3e8\r\n" + b"x" * 1000 + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"))

    def test_trailers(self):
        head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
        self.ends(NO_MEMORY, endless(b"X-Trailer: " + b"x" * 1000 + b"\r\n", head))

    def test_redirections(self):
        self.ends((302, 2), page(b"on", b"302 Found", b"Location: /again"), 'AT+HTTPPARA="REDIR",1')
        self.assertEqual(self.line.read(), b"on")
        self.assertEqual(len(self.server.requests), 6, "the request and five hops")


class Lies(HostileTest):
    def test_a_length_longer_than_the_body(self):
        self.ends(NETWORK_ERROR, HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 99)

    def test_a_length_shorter_than_the_body(self):
        self.ends((200, 10), HEAD + b"Content-Length: 10\r\n\r\n" + b"x" * 1000)
        self.assertEqual(self.line.read(), b"x" * 10)

    def test_a_length_over_all_bounds(self):
        self.ends(NO_MEMORY, endless(b"x" * 65536, HEAD + b"Content-Length: 18446744073709551615\r\n\r\n"))

    def test_a_negative_length(self):
        self.ends(NOT_HTTP, HEAD + b"Content-Length: -1\r\n\r\nx")

    def test_a_chunk_over_all_bounds(self):
        self.ends(NETWORK_ERROR, HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx")

    def test_binary_garbage(self):
        garbage = bytes((i * 7919 + i // 256) % 256 for i in range(200_000))
        self.ends(NOT_HTTP, garbage)

    def test_a_head_with_nul_bytes(self):
        self.ends(NOT_HTTP, HEAD + b"X: a\0b\r\nContent-Length: 1\r\n\r\nx")

    def test_a_long_header_line_within_bounds(self):
        self.ends((200, 1), HEAD + b"X-Long: " + b"x" * 60_000 + b"\r\nContent-Length: 1\r\n\r\nx")
        self.assertGreater(len(self.line.read("HTTPHEAD")), 60_000)

    def test_content_that_nobody_asked_to_be_compressed_stays_so(self):
        packed = gzip.compress(b"x" * 10_000_000)
        self.ends((200, len(packed)), page(packed, b"200 OK", b"Content-Encoding: gzip"))
        self.assertEqual(self.line.read(), packed)
        self.assertNotIn(b"accept-encoding", self.server.requests[0].lower())

    def test_an_answer_to_a_post_that_is_not_read(self):
        def answer_at_once(connection, _):
            connection.sendall(page(b"no", b"413 Payload Too Large"))
        self.start(answer_at_once)
        self.server.waits = False
        self.line.send("AT+HTTPDATA=319488,120000\r")
        self.line.expect(b"AT+HTTPDATA=319488,120000\r\r\nDOWNLOAD\r\n")
        self.line.send(b"x" * 319_488)
        self.line.expect(OK)
        self.assertEqual(self.line.action(1), (413, 2))
        self.well()


class Slow(HostileTest):
    def test_the_module_answers_during_a_transfer_that_drips(self):
        go_on = threading.Event()

        def drip(connection, _):
            connection.sendall(HEAD + b"Content-Length: 9000\r\n\r\n")
            for count in range(9000):
                if count == 5000 and not go_on.wait(DEADLINE):
                    return
                connection.send(b"x")
        self.start(drip)
        self.line.ok("AT+HTTPACTION=0")
        # Progress moves in segments of 1440 bytes; at 5000 the server waits.
        while "+HTTPSTATUS: GET,1,4320,4680\r" not in (answer := self.line.ask("AT+HTTPSTATUS?")):
            self.assertIn("+HTTPSTATUS: GET,1,", answer)
        self.line.ok("AT", "AT+HTTPREAD")
        self.line.say("AT+HTTPACTION=0", b"\r\nERROR\r\n")
        go_on.set()
        self.assertEqual(self.line.outcome(), (200, 9000))
        self.well()

    def test_httpterm_during_a_transfer(self):
        come, gone = threading.Event(), threading.Event()

        def hold(connection, _):
            try:
                connection.sendall(HEAD)
                come.set()
                connection.recv(1)
            finally:
                gone.set()
        self.start(hold)
        self.line.ok("AT+HTTPACTION=0")
        self.assertTrue(come.wait(DEADLINE))
        self.line.ok("AT+HTTPTERM")
        self.assertTrue(gone.wait(DEADLINE), "the connection is closed")
        self.line.http("a.test")
        self.well()


class OnlyHttp(HostileTest):
    def test_a_redirection_to_something_else_is_the_answer_itself(self):
        secret = self.path("secret")
        with open(secret, "wb") as file:
            file.write(b"secret")
        for there in ("file:///etc/passwd", "file://localhost" + secret, "ftp://a.test/", "gopher://a.test/"):
            with self.subTest(there):
                answer = page(b"page", b"302 Found", b"Location: " + there.encode())
                self.ends((302, 4), answer, 'AT+HTTPPARA="REDIR",1')
                self.assertEqual(self.line.read(), b"page")
                self.assertEqual(len(self.server.requests), 1)

    def test_a_url_of_another_scheme_is_not_opened(self):
        self.start(page(b"page"))
        for url in ("file:///etc/passwd", "ftp://a.test/", "FILE:///etc/passwd", "gopher://a.test/"):
            with self.subTest(url):
                self.line.ok('AT+HTTPPARA="URL","%s"' % url)
                self.assertEqual(self.line.action(), (603, 0))
                self.line.ok("AT+HTTPREAD")
        self.assertEqual(self.server.requests, [])


class Environment(HostileTest):
    def test_proxies_and_passwords_of_the_environment_are_not_used(self):
        home = self.path("home")
        os.mkdir(home)
        with open(os.path.join(home, ".netrc"), "w", encoding="ascii") as file:
            file.write("machine a.test login me password secret\ndefault login me password secret\n")
        with open(os.path.join(home, ".curlrc"), "w", encoding="ascii") as file:
            file.write('user-agent = "curlrc"\n')
        trap = self.keep(ScriptedServer(page(b"trap")))
        names = ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY")
        environment = dict.fromkeys(names, "http://" + at(trap.port))
        environment.update(HOME=home, NETRC=os.path.join(home, ".netrc"), CURL_HOME=home, no_proxy="b.test")
        self.ends((200, 4), page(b"page"), env=environment)
        self.assertEqual(self.server.requests[0], b"GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: SIMCom_MODULE\r\n"
                         b"Accept: */*\r\nConnection: close\r\n\r\n")
        self.server.waits = False  # what comes is not HTTP now
        self.line.ok("AT+HTTPSSL=1", 'AT+HTTPPARA="URL","https://a.test:443/"')
        self.assertEqual(self.line.action(), (605, 0))
        self.assertEqual(trap.requests, [])


if __name__ == "__main__":
    unittest.main()
