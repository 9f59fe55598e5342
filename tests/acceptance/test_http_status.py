# Each status 600-606 of +HTTPACTION, provoked by real means, end to end (manual 11.2.5, SSL application note).
# SPDX-License-Identifier: MIT
import os
import re
import resource
import socket
import ssl
import struct
import tempfile
import unittest

from harness import MODERN_TLS, OK, AcceptanceTest
from servers import Nginx, OpensslServer, ScriptedServer, at, endless, hold, make_certificates, page, unused_port

BUFFER = 319_488  # bytes


class HttpStatus(AcceptanceTest):
    MODULE = {}

    def start(self, hosts, *options, **rest):
        """A host whose module reaches these hosts and no others; None: what the machine itself reaches."""
        network = {} if hosts is None else {"hosts": {**hosts, "*": "unresolvable"}}
        self.process = self.module(*options, scenario={"module": self.MODULE, "network": network}, **rest)
        self.line = self.host(self.process)
        self.line.open_bearer()

    def server(self, talk, **rest):
        return at(self.keep(ScriptedServer(talk, **rest)).port)

    def fails(self, status, method=0):
        """HTTPACTION ends with the status; nothing is to be read, and the module is well."""
        self.assertEqual(self.line.action(method), (status, 0))
        self.line.ok("AT+HTTPREAD", "AT+HTTPHEAD", "AT")
        self.line.say("AT+HTTPSTATUS?", b"\r\n+HTTPSTATUS: %s,0,0,0\r\n" % (b"GET", b"POST")[method] + OK)

    def fetch_fails(self, status, talk, *parameters, **rest):
        self.start({"a.test": self.server(talk, **rest)})
        self.line.http("a.test", *parameters)
        self.fails(status)


class NotHttp(HttpStatus):
    def test_600_mail_server(self):
        self.fetch_fails(600, b"220 mail.test ESMTP\r\n", waits=False)

    def test_600_html_without_a_head(self):
        self.fetch_fails(600, b"<html>no head at all</html>")


class NetworkError(HttpStatus):
    def test_601_nothing_listens(self):
        holder, port = unused_port()
        self.addCleanup(holder.close)
        self.start({"a.test": at(port)})
        self.line.http("a.test")
        self.fails(601)

    def test_601_the_host_map_refuses(self):
        self.start({"a.test": "refuse"})
        self.line.http("a.test")
        self.fails(601)

    def test_601_a_black_hole_until_timeout(self):
        self.start({"a.test": "blackhole"}, "--time-scale", "0.01")
        self.line.http("a.test", 'AT+HTTPPARA="TIMEOUT",30')
        self.fails(601)

    def test_601_a_server_that_never_answers(self):
        self.start({"a.test": self.server(hold)}, "--time-scale", "0.01")
        self.line.http("a.test", 'AT+HTTPPARA="TIMEOUT",30')
        self.fails(601)

    def cut(self, talk):
        """601, and what came before can be read."""
        self.start({"a.test": self.server(talk)})
        self.line.http("a.test")
        self.assertEqual(self.line.action(), (601, 0))
        self.assertEqual(self.line.read(), b"x" * 999)
        self.assertTrue(self.line.read("HTTPHEAD").startswith(b"http/1.1 200 ok\r\n"))

    def test_601_a_body_cut_by_a_close(self):
        self.cut(page(b"x" * 1000)[:-1])

    def test_601_a_body_cut_by_a_reset(self):
        def talk(connection, _):
            connection.sendall(page(b"x" * 1000)[:-1])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        self.cut(talk)

    def test_601_a_server_that_says_what_only_the_module_says(self):
        for status in (b"600 A", b"604 B", b"606 C"):
            with self.subTest(status):
                self.fetch_fails(601, page(b"x", status))

    def test_601_the_bearer_is_closed(self):
        self.start({"a.test": self.server(page(b"x"))})
        self.line.http("a.test")
        self.assertEqual(self.line.action(), (200, 1))
        self.line.ok("AT+SAPBR=0,1")
        self.fails(601)

    def test_601_the_bearer_closes_during_the_transfer(self):
        self.start({"a.test": self.server(hold)})
        self.line.http("a.test")
        self.line.ok("AT+HTTPACTION=0", "AT+SAPBR=0,1")
        self.assertEqual(self.line.outcome(), (601, 0))
        self.line.ok("AT+HTTPREAD", "AT")

    def test_601_the_network_takes_the_bearer_away(self):
        self.start({"a.test": self.server(hold)})
        self.line.http("a.test")
        self.line.ok("AT+HTTPACTION=0")
        self.line.say("AT+CGATT=0", b"\r\n+SAPBR 1: DEACT\r\n" + OK)
        self.assertEqual(self.line.outcome(), (601, 0))
        self.line.ok("AT+HTTPREAD", "AT")


class Redirects(HttpStatus):
    """A redirect to the other scheme is reported, not followed."""
    MODULE = MODERN_TLS

    def test_to_https(self):
        secure = self.keep(OpensslServer(make_certificates(self.dir)))
        plain = self.server(page(b"on", b"301 Moved", b"Location: https://secure.test/"))
        self.start({"a.test": plain, "secure.test": at(secure.port)})
        self.line.http("a.test", 'AT+HTTPPARA="REDIR",1')
        self.assertEqual(self.line.action(), (301, 2))
        self.assertEqual(self.line.read(), b"on")

    def test_to_http(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*make_certificates(self.dir))

        def talk(connection, _):
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65536)
                secured.sendall(page(b"on", b"302 Found", b"Location: http://plain.test/"))
        plain = self.keep(ScriptedServer(page(b"plain")))
        secure = self.server(talk, waits=False)
        self.start({"secure.test": secure, "plain.test": at(plain.port)})
        self.line.http("https://secure.test/", "AT+HTTPSSL=1", 'AT+HTTPPARA="REDIR",1')
        self.assertEqual(self.line.action(), (302, 2))
        self.assertEqual(plain.requests, [])


class NoMemory(HttpStatus):
    def test_602_a_body_of_one_byte_too_many(self):
        nginx = self.keep(Nginx(self.dir, ""))
        nginx.put("full", b"x" * BUFFER)
        nginx.put("over", b"x" * (BUFFER + 1))
        self.start({"a.test": at(nginx.port)})
        self.line.http("a.test/full")
        self.assertEqual(self.line.action(), (200, BUFFER))
        self.line.ok('AT+HTTPPARA="URL","a.test/over"')
        self.fails(602)

    def test_602_endless_header_lines(self):
        self.fetch_fails(602, endless(b"X-More: " + b"x" * 1000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"))


class DnsError(HttpStatus):
    def test_603_the_host_map_does_not_know_the_name(self):
        self.start({})
        self.line.http("a.test")
        self.fails(603)

    def test_603_the_resolver_cannot_know_the_name(self):
        self.start(None)
        self.line.http("a" * 64 + ".invalid")  # a label has 63 characters at most
        self.fails(603)

    def test_603_https_without_httpssl(self):
        self.start({"a.test": self.server(page(b"x"))})
        self.line.http("https://a.test/")
        self.fails(603)


class StackBusy(HttpStatus):
    def test_604_the_bearer_is_still_opening(self):
        opening = {"network": {"hosts": {"*": "unresolvable"}}, "timing": {"overrides": {"bearer.open": "1000s"}}}
        module = self.module(scenario=opening, tcp=2)
        other = self.host(module, tcp=1)
        other.ok('AT+SAPBR=3,1,"APN","CMNET"')
        other.send("AT+SAPBR=1,1\r")
        self.line = self.host(module)
        while "+SAPBR: 1,0," not in self.line.ask("AT+SAPBR=2,1"):
            pass
        self.line.http("a.test")
        self.fails(604)

    def test_604_no_socket_is_left(self):
        self.start({"a.test": self.server(page(b"x"))})
        self.line.http("a.test")
        self.assertEqual(self.line.action(), (200, 1))
        before = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)
        used = {int(name) for name in os.listdir("/proc/%d/fd" % self.process.pid)}
        free = min(set(range(len(used) + 1)) - used)
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (free, before[1]))
        self.fails(604)
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, before)
        self.assertEqual(self.line.action(), (200, 1))


class Tls(HttpStatus):
    MODULE = MODERN_TLS

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sim800-"))
        cls.certificate = make_certificates(cls.folder)

    def secure(self, port, *parameters, **rest):
        self.start({"secure.test": at(port)}, **rest)
        self.line.http("https://secure.test/page", "AT+HTTPSSL=1", *parameters)

    def openssl(self, *options):
        return self.keep(OpensslServer(self.certificate, *options)).port

    def test_200_any_certificate_is_accepted_by_default(self):
        nginx = self.keep(Nginx(self.dir, "", self.certificate))
        nginx.put("page", b"s" * 1000)
        self.secure(nginx.port)
        self.assertEqual(self.line.action(), (200, 1000))
        self.assertEqual(self.line.read(), b"s" * 1000)
        self.line.ok("AT+SSLOPT=0,1")
        self.assertEqual(self.line.action(), (200, 1000))
        self.line.ok("AT+SSLOPT=0,0")
        self.fails(606)

    def test_605_the_server_speaks_plain_http(self):
        self.secure(self.keep(Nginx(self.dir, "")).port)
        self.fails(605)

    def test_605_the_server_hangs_up_on_the_handshake(self):
        server = self.keep(ScriptedServer(b"", waits=False))
        self.secure(server.port)
        self.fails(605)

    def test_606_the_server_wants_a_certificate_of_the_module(self):
        self.secure(self.openssl("-Verify", "1"))
        self.fails(606)

    def test_606_the_server_speaks_tls_1_3_only(self):
        self.secure(self.openssl("-tls1_3"))
        self.fails(606)

    def test_606_nothing_in_the_environment_makes_a_certificate_good(self):
        authority = os.path.join(self.folder, "ca.pem")
        names = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
        self.secure(self.openssl(), "AT+SSLOPT=0,0", env=dict.fromkeys(names, authority))
        self.fails(606)

    def test_tls_1_2_and_the_name_of_the_host(self):
        self.secure(self.openssl("-servername", "secure.test", "-servername_fatal",
                                 "-cert2", self.certificate[0], "-key2", self.certificate[1]))
        self.assertEqual(self.line.action()[0], 200)
        self.assertRegex(self.line.read(), re.compile(rb"Protocol *: TLSv1\.2"))


if __name__ == "__main__":
    unittest.main()
