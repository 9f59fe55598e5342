# What a firmware revision offers a TLS server, byte by byte and with real servers, and what `sim800 models` tells.
# SPDX-License-Identifier: MIT
import json
import os
import re
import struct
import subprocess
import unittest

from harness import DEADLINE, OK, SIM800, AcceptanceTest
from servers import Listener, OpensslServer, at, make_certificates

# The lists that were measured with 1418B06SIM800L24 and 1418B09SIM800C24_TLS12, without those that OpenSSL 3 no longer has.
OLD_SUITES = [0x002F]
NEW_SUITES = [0xC02B, 0xC02F, 0xC023, 0xC027, 0xC009, 0xC013, 0x009C, 0x003C, 0xC014, 0xC00A]
SIGNALLING = 0x00FF  # OpenSSL's own: no firmware sends it, no server minds
SERVER_NAME, GROUPS, POINTS, SIGNATURES = 0, 10, 11, 13
TLS_1_0, TLS_1_1, TLS_1_2 = 0x0301, 0x0302, 0x0303
TLS12 = "1418B09SIM800C24_TLS12"
OLD = "1308B08SIM800L16"


class Hello:
    """A ClientHello."""

    def __init__(self, data):
        self.version, at_ = struct.unpack_from(">H", data)[0], 34
        at_ += 1 + data[at_]
        length = struct.unpack_from(">H", data, at_)[0]
        self.suites = [suite for suite, in struct.iter_unpack(">H", data[at_ + 2:at_ + 2 + length])]
        self.suites = [suite for suite in self.suites if suite != SIGNALLING]
        at_ += 2 + length
        at_ += 1 + data[at_]
        self.extensions, end = {}, at_ + 2
        if len(data) > at_:
            end += struct.unpack_from(">H", data, at_)[0]
        at_ += 2
        while at_ < end:
            kind, length = struct.unpack_from(">HH", data, at_)
            self.extensions[kind] = data[at_ + 4:at_ + 4 + length]
            at_ += 4 + length


class HelloServer(Listener):
    """Notes what clients offer, and hangs up."""

    def __init__(self):
        self.hellos = []
        super().__init__()

    def serve(self, connection, number):
        stream = connection.makefile("rb")
        length = struct.unpack(">H", stream.read(5)[3:])[0]
        self.hellos.append(Hello(stream.read(length)[4:]))


class Personality(AcceptanceTest):
    def start(self, module, port, *options):
        hosts = {"secure.test": at(port), "*": "unresolvable"}
        self.process = self.module(*options, scenario={"module": module, "network": {"hosts": hosts}})
        self.line = self.host(self.process)
        self.line.open_bearer()

    def https(self, *parameters):
        """The status of a page of secure.test."""
        self.line.ok("AT+HTTPINIT", "AT+HTTPSSL=1", 'AT+HTTPPARA="URL","https://secure.test/"', *parameters)
        return self.line.action()[0]

    def ftps(self):
        self.line.ok("AT+FTPCID=1", 'AT+FTPSERV="secure.test"', 'AT+FTPGETNAME="f"', "AT+FTPSSL=1", "AT+FTPGET=1")
        return int(self.line.until(re.compile(rb"\r\n\+FTPGET: 1,(\d+)\r\n"))[1])

    def mail(self):
        self.line.ok("AT+EMAILCID=1", "AT+EMAILSSL=1", 'AT+POP3SRV="secure.test","u","p"', "AT+POP3IN")
        return int(self.line.until(re.compile(rb"\r\n\+POP3IN: (\d+)\r\n"))[1])

    def socket(self):
        self.line.ok("AT+CIPSSL=1", 'AT+CIPSTART="TCP","secure.test",443')
        return self.line.until(re.compile(rb"\r\n(CONNECT OK|CLOSE OK|CONNECT FAIL)\r\n"))[1].decode()


class Offers(Personality):
    def hellos(self, module):
        """Of HTTPS, FTPS, mail and CIPSSL."""
        server = self.keep(HelloServer())
        self.start(module, server.port)
        self.assertEqual((self.https(), self.ftps(), self.mail(), self.socket()), (605, 80, 71, "CLOSE OK"))
        self.assertEqual(len(server.hellos), 4)
        return server.hellos

    def test_by_default_tls_1_0_without_extensions(self):
        for hello in self.hellos({}):
            self.assertEqual(hello.version, TLS_1_0)
            self.assertEqual(hello.suites, OLD_SUITES)
            self.assertEqual(hello.extensions, {})

    def test_tls12_firmware_has_new_suites_and_no_name(self):
        for hello in self.hellos({"revision": TLS12}):
            self.assertEqual(hello.version, TLS_1_2)
            self.assertEqual(hello.suites, NEW_SUITES)
            self.assertEqual(set(hello.extensions) - {GROUPS, POINTS, SIGNATURES}, set())

    def test_quirks_lift_each_limit_by_itself(self):
        for hello in self.hellos({"quirks": {"sni": True}}):
            self.assertEqual((hello.version, hello.suites), (TLS_1_0, OLD_SUITES))
            self.assertTrue(hello.extensions[SERVER_NAME].endswith(b"secure.test"))
        for hello in self.hellos({"quirks": {"tls": "1.1"}}):
            self.assertEqual((hello.version, hello.suites, hello.extensions), (TLS_1_1, OLD_SUITES, {}))
        for hello in self.hellos({"quirks": {"tls": "1.2"}}):
            self.assertEqual((hello.version, hello.suites), (TLS_1_2, NEW_SUITES))
            self.assertNotIn(SERVER_NAME, hello.extensions)
        for hello in self.hellos({"quirks": {"tls_suites": "AES256-SHA:AES128-SHA"}}):
            self.assertEqual((hello.version, hello.suites), (TLS_1_0, [0x0035, 0x002F]))


class RealServers(Personality):
    def server(self, *options, kind="rsa"):
        certificate = make_certificates(self.dir, kind)
        return self.keep(OpensslServer(certificate, "-cipher", "ALL:@SECLEVEL=0", *options)).port

    def test_a_modern_server_is_out_of_reach(self):
        self.start({}, self.server("-no_tls1", "-no_tls1_1"))
        self.assertEqual(self.https(), 606)
        self.assertEqual((self.ftps(), self.mail(), self.socket()), (81, 72, "CLOSE OK"))
        said = self.process.stderr()
        self.assertEqual(said.count("no TLS connection"), 1, said)
        for word in ("secure.test:443", "1418B05SIM800L24", "TLS 1.0", "_TLS12", '"tls"', '"sni"'):
            self.assertIn(word, said)

    def test_an_old_server_is_not(self):
        self.start({}, self.server())
        self.assertEqual(self.https(), 200)
        page = self.line.read()
        self.assertRegex(page, re.compile(rb"Protocol *: TLSv1\n"))
        self.assertRegex(page, re.compile(rb"Cipher *: AES128-SHA\n"))
        self.assertEqual(self.socket(), "CONNECT OK")
        self.assertEqual(self.process.stderr(), "")

    def test_an_old_server_with_a_curve_certificate_is(self):
        self.start({}, self.server(kind="ec"))
        self.assertIn(self.https(), (605, 606))
        self.assertEqual(self.socket(), "CLOSE OK")

    def test_tls12_firmware_reaches_it_unless_it_wants_a_name(self):
        self.start({"revision": TLS12}, self.server("-no_tls1", "-no_tls1_1"))
        self.assertEqual(self.https(), 200)
        self.assertRegex(self.line.read(), re.compile(rb"Cipher *: ECDHE-RSA-AES128-GCM-SHA256\n"))
        self.assertEqual(self.socket(), "CONNECT OK")
        self.line.say("AT+CGMM", b"\r\nSIMCOM_SIM800C\r\n" + OK)
        self.start({"revision": TLS12}, self.server("-tls1_3"))
        self.assertEqual((self.https(), self.socket()), (606, "CLOSE OK"))

    def test_an_imported_authority_vouches_everywhere(self):
        port = self.server()
        state = self.path("state")
        os.makedirs(os.path.join(state, "files"))
        with open(self.path("ca.pem"), "rb") as source, open(os.path.join(state, "files", "CA.CRT"), "wb") as file:
            file.write(source.read())
        subprocess.run(["openssl", "x509", "-in", self.path("ca.pem"), "-outform", "DER", "-out",
                        os.path.join(state, "files", "CA.DER")], check=True, timeout=DEADLINE)
        size = os.path.getsize(os.path.join(state, "files", "CA.DER"))
        for command, urc in ((r'AT+SSLSETCERT="C:\CA.CRT"', b"\r\n+SSLSETCERT: 0\r\n"),
                             (r'AT+SSLSETROOT="C:\CA.DER",%d' % size, b"")):
            with self.subTest(command):
                self.start({}, port, "--state", state)
                self.line.ok("AT+SSLOPT=0,0")
                self.assertEqual((self.https(), self.socket()), (606, "CLOSE OK"))
                self.line.ok(command)
                self.line.expect(urc)
                self.assertEqual(self.line.action()[0], 200)
                self.assertEqual(self.socket(), "CONNECT OK")
                self.assertEqual(self.process.end(), 0)
                os.remove(os.path.join(state, "nvram.json"))

    def test_an_own_certificate_is_shown_everywhere(self):
        make_certificates(self.dir, "rsa")
        port = self.keep(OpensslServer((self.path("server.pem"), self.path("server.key")), "-cipher", "ALL:@SECLEVEL=0",
                                       "-Verify", "1", "-verify_return_error", "-CAfile", self.path("ca.pem"))).port
        state = self.path("state")
        os.makedirs(os.path.join(state, "files"))
        with open(os.path.join(state, "files", "OWN.CRT"), "wb") as file:
            for part in ("server.pem", "server.key"):
                with open(self.path(part), "rb") as source:
                    file.write(source.read())
        self.start({}, port, "--state", state)
        self.line.ok(r'AT+SSLSETCERT="C:\OWN.CRT"')
        self.line.expect(b"\r\n+SSLSETCERT: 0\r\n")
        self.assertEqual((self.https(), self.socket()), (606, "CLOSE OK"))
        self.line.ok("AT+SSLOPT=1,1")
        self.assertEqual(self.line.action()[0], 200)
        self.assertEqual(self.socket(), "CONNECT OK")


class Models(AcceptanceTest):
    def run_program(self, *arguments):
        return subprocess.run([SIM800, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False)

    def test_models_lists_what_sets_firmware_apart(self):
        ran = self.run_program("models", "--json")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        rows = {row["revision"]: row for row in json.loads(ran.stdout)}
        self.assertEqual((rows["1418B05SIM800L24"]["quirks"], rows["1418B05SIM800L24"]["commands"]), ({}, {}))
        self.assertTrue(rows["1418B05SIM800L24"]["usual"])
        self.assertIs(rows[OLD]["commands"]["+CIPSSL"], False)
        self.assertIs(rows[OLD]["commands"]["+HTTPSSL"], False)
        self.assertEqual(rows[TLS12]["quirks"], {"tls": "1.2"})
        self.assertEqual(rows[TLS12]["model"], "SIM800C")
        text = self.run_program("models")
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        for revision in rows:
            self.assertIn("\n  %s" % revision, text.stdout)

    def test_commands_names_the_models_that_have_one(self):
        rows = {row["name"]: row for row in json.loads(self.run_program("commands", "--json").stdout)}
        self.assertIn("SIM800L", rows["AT+CREC"]["models"])
        self.assertNotIn("SIM800L", rows["AT+CTTS"]["models"])
        self.assertNotIn("models", rows["AT+CSQ"])

    def test_a_revision_that_says_nothing_is_warned_of(self):
        for revision, known in (("B05", False), ("1418B77SIM800L24", True)):
            with self.subTest(revision):
                file = self.path("scenario.json")
                with open(file, "w", encoding="utf-8") as scenario:
                    json.dump({"module": {"revision": revision}}, scenario)
                ran = self.run_program("check", file)
                self.assertEqual((ran.returncode, ran.stdout), (0, file + ": ok\n"))
                self.assertEqual('"%s"' % revision in ran.stderr, not known)
                module = self.module(scenario={"module": {"revision": revision}})
                self.assertEqual('"%s"' % revision in module.stderr(), not known)
                line = self.host(module)
                line.say("AT+GMR", b"\r\nRevision:%s\r\n" % revision.encode() + OK)
                line.say("ATI", b"\r\nSIM800 R14.18\r\n" + OK)


if __name__ == "__main__":
    unittest.main()
