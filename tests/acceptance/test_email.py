# Mail over real servers: what is sent arrives as it was typed, what is fetched is what was there.
# SPDX-License-Identifier: MIT
import base64
import email
import email.policy
import hashlib
import re
import unittest

from harness import MODERN_TLS, OK, AcceptanceTest
from ftp_servers import reset
from mail_servers import PASSWORD, USER, Dovecot, Smtp
from servers import ScriptedServer, at, hold, make_certificates, unused_port

NOT_ALLOWED = b"\r\n+CME ERROR: 3\r\n"


class MailTest(AcceptanceTest):
    def line(self, hosts, scale="1"):
        """A module that has a bearer, with these hosts and no other."""
        module = self.module("--time-scale", scale, scenario={
            "name": "mail", "module": {**MODERN_TLS, "settings": {"+CMEE": 1}}, "network": {"hosts": {**hosts, "*": "unresolvable"}}})
        host = self.host(module)
        host.open_bearer()
        return host

    def certificates(self):
        return make_certificates(self.dir)

    def urc(self, host, name):
        return host.until(re.compile(rb"\A\r\n\+%s: ([^\r]*)\r\n" % name.encode()))[1].decode()


class Sending(MailTest):
    def start(self, hosts, ssl=0, auth=True, scale="1"):
        host = self.line(hosts, scale)
        host.ok("AT+EMAILSSL=%d" % ssl, 'AT+SMTPSRV="smtp.test"', 'AT+SMTPFROM="me@mail.test","Me"',
                'AT+SMTPRCPT=0,0,"john@mail.test","John"', 'AT+SMTPSUB="Test"')
        if auth:
            host.ok('AT+SMTPAUTH=1,"%s","%s"' % (USER, PASSWORD))
        self.body(host, b"This is a new Email")
        return host

    def body(self, host, text):
        host.say("AT+SMTPBODY=%d" % len(text), b"\r\nDOWNLOAD\r\n")
        host.send(text)
        host.expect(OK)

    def send(self, host):
        host.ok("AT+SMTPSEND")
        return self.urc(host, "SMTPSEND")

    def one_mail(self, server):
        self.assertEqual(len(server.mails), 1)
        return email.message_from_bytes(server.mails[0].content, policy=email.policy.default)

    def test_plain(self):
        server = self.keep(Smtp(auth=True))
        host = self.start({"smtp.test": at(server.port)})
        host.ok('AT+SMTPRCPT=1,0,"copy@mail.test"', 'AT+SMTPRCPT=2,0,"secret@mail.test"')
        self.assertEqual(self.send(host), "1")
        mail = self.one_mail(server)
        self.assertEqual(server.mails[0].mail_from, "me@mail.test")
        self.assertEqual(server.mails[0].rcpt_tos, ["john@mail.test", "copy@mail.test", "secret@mail.test"])
        self.assertEqual(mail["From"], "Me <me@mail.test>")
        self.assertEqual(mail["To"], "John <john@mail.test>")
        self.assertEqual(mail["Cc"], "copy@mail.test")
        self.assertIsNone(mail["Bcc"])
        self.assertEqual(mail["Subject"], "Test")
        self.assertEqual(mail.get_content(), "This is a new Email\r\n")

    def test_starttls_and_implicit_tls(self):
        certificate = self.certificates()
        for ssl, tls in ((2, "starttls"), (1, "implicit")):
            with self.subTest(tls):
                server = self.keep(Smtp(certificate, tls, auth=True))
                self.assertEqual(self.send(self.start({"smtp.test": at(server.port)}, ssl)), "1")
                self.assertEqual(self.one_mail(server)["Subject"], "Test")

    def test_charset(self):
        server = self.keep(Smtp())
        host = self.start({"smtp.test": at(server.port)}, auth=False)
        subject, text = "Žluťoučký kůň " * 6, "Příliš žluťoučký kůň\n.\n" * 20
        host.ok('AT+SMTPCS="UTF-8"', 'AT+SMTPSUB="%s"' % subject[:60].strip().encode().hex())
        self.body(host, text.encode().hex().encode())
        self.assertEqual(self.send(host), "1")
        mail = self.one_mail(server)
        self.assertEqual(mail["Subject"], subject[:60].strip())
        self.assertEqual(mail.get_content(), text)

    def test_no_line_of_the_host_becomes_a_command(self):
        server = self.keep(Smtp())
        host = self.start({"smtp.test": at(server.port)}, auth=False)
        subject = b"a\r\n.\r\nMAIL FROM:<evil@mail.test>\r\n\r\nb"
        host.ok('AT+SMTPCS="UTF-8"', 'AT+SMTPSUB="%s"' % subject.hex())
        self.body(host, b"text\r\n.\r\nRSET\r\n.\n.\r.".hex().encode())
        host.ok('AT+SMTPFILE=2,"file",1', "AT+SMTPSEND")
        self.urc(host, "SMTPFT")
        block = b"A" * 76 + b"."  # a line with a single dot
        host.say("AT+SMTPFT=%d" % len(block), b"\r\n+SMTPFT: 2,%d\r\n" % len(block))
        host.send(block)
        host.expect(OK)
        self.urc(host, "SMTPFT")
        host.ok("AT+SMTPFT=0")
        self.assertEqual(self.urc(host, "SMTPSEND"), "1")
        mail = self.one_mail(server)
        self.assertEqual(server.mails[0].mail_from, "me@mail.test")
        self.assertNotIn(b"evil", server.mails[0].content)
        self.assertEqual(sorted(mail.keys()), ["Content-Type", "Date", "From", "MIME-Version", "Subject", "To",
                                               *sorted(name for name in mail.keys() if name.startswith("X-"))])
        self.assertIn(b"\r\n" + b"A" * 76 + b"\r\n.\r\n--", server.mails[0].content)

    def test_attachment(self):
        server = self.keep(Smtp())
        host = self.start({"smtp.test": at(server.port)}, auth=False)
        data = hashlib.shake_128(b"photo").digest(100_000)
        encoded = base64.b64encode(data)
        host.ok('AT+SMTPFILE=2,"photo.jpg",1', "AT+SMTPSEND")
        while encoded:
            self.assertEqual(self.urc(host, "SMTPFT"), "1,1360")
            block, encoded = encoded[:1360], encoded[1360:]
            host.say("AT+SMTPFT=%d" % len(block), b"\r\n+SMTPFT: 2,%d\r\n" % len(block))
            host.send(block)
            host.expect(OK)
        self.assertEqual(self.urc(host, "SMTPFT"), "1,1360")
        host.ok("AT+SMTPFT=0")
        self.assertEqual(self.urc(host, "SMTPSEND"), "1")
        mail = self.one_mail(server)
        self.assertEqual(mail.get_body().get_content(), "This is a new Email")
        file, = mail.iter_attachments()
        self.assertEqual(file.get_filename(), "photo.jpg")
        self.assertEqual(hashlib.sha256(file.get_content()).digest(), hashlib.sha256(data).digest())

    def test_text_attachment(self):
        server = self.keep(Smtp())
        host = self.start({"smtp.test": at(server.port)}, auth=False)
        host.ok('AT+SMTPFILE=1,"log.txt",0', "AT+SMTPSEND")
        text = b".one\r\n..two\r\n.\r\n"
        self.urc(host, "SMTPFT")
        host.say("AT+SMTPFT=%d" % len(text), b"\r\n+SMTPFT: 2,%d\r\n" % len(text))
        host.send(text)
        host.expect(OK)
        self.urc(host, "SMTPFT")
        host.ok("AT+SMTPFT=0")
        self.assertEqual(self.urc(host, "SMTPSEND"), "1")
        file, = self.one_mail(server).iter_attachments()
        self.assertEqual(file.get_payload(decode=True), text)

    def test_codes(self):
        plain, asks = self.keep(Smtp()), self.keep(Smtp(auth=True))
        silent = self.keep(ScriptedServer(hold, waits=False))
        web = self.keep(ScriptedServer(b"HTTP/1.1 400 Bad Request\r\n\r\n", waits=False))
        closing = self.keep(ScriptedServer(b"", waits=False))
        holder, unused = unused_port()
        self.keep(holder)
        host = self.start({"plain.test": at(plain.port), "asks.test": at(asks.port), "silent.test": at(silent.port),
                           "web.test": at(web.port), "closing.test": at(closing.port), "unused.test": at(unused),
                           "refused.test": "refuse", "hole.test": "blackhole"}, auth=False, scale="0.02")
        host.ok("AT+EMAILTO=120")
        for name, code in (("nowhere", 62), ("unused", 63), ("refused", 63), ("web", 65), ("closing", 61),
                           ("asks", 66), ("silent", 64), ("hole", 64)):
            with self.subTest(name):
                host.ok('AT+SMTPSRV="%s.test"' % name)
                self.assertEqual(self.send(host), str(code))
        host.ok('AT+SMTPSRV="asks.test"', 'AT+SMTPAUTH=1,"%s","wrong"' % USER)
        self.assertEqual(self.send(host), "67")
        host.ok('AT+SMTPSRV="plain.test"', "AT+SMTPAUTH=0", 'AT+SMTPRCPT=0,1,"nobody@mail.test"')
        self.assertEqual(self.send(host), "68")
        host.ok("AT+EMAILSSL=2")
        self.assertEqual(self.send(host), "71")
        self.assertEqual(plain.mails, [])

    def test_alert(self):
        certificate = self.certificates()
        server = self.keep(Smtp(certificate, "implicit"))
        host = self.start({"smtp.test": at(server.port)}, 1, auth=False)
        host.ok("AT+SSLOPT=0,0")  # nobody vouches for this certificate
        self.assertEqual(self.send(host), "72")

    def test_over_a_slow_link(self):
        server = self.keep(Smtp())
        module = self.module("--time-scale", "0.1", scenario={
            "name": "slow", "network": {"hosts": {"smtp.test": at(server.port)},
                                        "link": {"latency_ms": 600, "down_kbps": 40, "up_kbps": 20}}})
        host = self.host(module)
        host.open_bearer()
        host.ok('AT+SMTPSRV="smtp.test"', 'AT+SMTPFROM="me@mail.test"', 'AT+SMTPRCPT=0,0,"john@mail.test"')
        self.assertEqual(self.send(host), "1")


class Fetching(MailTest):
    MAILS = (b"Subject: one\r\n\r\nhello\r\n.\r\n..\r\nend\r\n",
             b"Subject: two\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(3000)))

    def start(self, ssl=0):
        server = self.keep(Dovecot(self.dir, self.MAILS, self.certificates()))
        host = self.line({"pop3.test": at(server.tls_port if ssl == 1 else server.port)})
        host.ok("AT+EMAILSSL=%d" % ssl, 'AT+POP3SRV="pop3.test","%s","%s"' % (USER, PASSWORD), "AT+POP3IN")
        self.assertEqual(self.urc(host, "POP3IN"), "1")
        return host, server

    def ask(self, host, line):
        host.ok("AT+" + line)
        return self.urc(host, line.partition("=")[0])

    def read(self, host, count=1460):
        """A whole multi-line response."""
        data = b""
        while True:
            line = "AT+POP3READ=%d" % count
            host.send(line + "\r")
            host.expect(line.encode() + b"\r")
            found = host.until(re.compile(rb"\A\r\n\+POP3READ: ([12]),(\d+)\r\n"))
            data += host.take(int(found[2]))
            host.expect(OK)
            if found[1] == b"2":
                return data
            if int(found[2]) < count:
                self.assertGreater(int(self.urc(host, "POP3READ").removeprefix("3,")), 0)

    def test_everything(self):
        host, server = self.start()
        number, size = self.ask(host, "POP3NUM").split(",")[1:]
        self.assertEqual((int(number), int(size)), (2, sum(map(len, self.MAILS))))
        self.assertEqual(self.ask(host, "POP3LIST=1"), "1,1,%d" % len(self.MAILS[0]))
        self.assertEqual(self.ask(host, "POP3LIST=3"), "0")
        unique = self.ask(host, "POP3UIDL=2")
        self.assertRegex(unique, r"^1,2,\S+$")
        self.assertEqual(self.ask(host, "POP3CMD=1"), "1")
        self.assertEqual(self.read(host), b"1 %d\r\n2 %d\r\n.\r\n" % tuple(map(len, self.MAILS)))
        self.assertEqual(self.ask(host, "POP3CMD=2"), "1")
        self.assertIn(unique.rpartition(",")[2].encode(), self.read(host, 7))
        self.assertEqual(self.ask(host, "POP3CMD=3,1,1"), "1")
        self.assertEqual(self.read(host), b"Subject: one\r\n\r\nhello\r\n.\r\n")
        self.assertEqual(self.ask(host, "POP3CMD=4,1"), "1")
        self.assertEqual(self.read(host), b"Subject: one\r\n\r\nhello\r\n..\r\n...\r\nend\r\n.\r\n")
        self.assertEqual(self.ask(host, "POP3CMD=4,2"), "1")
        self.assertEqual(self.read(host), self.MAILS[1] + b".\r\n")
        self.assertEqual(self.ask(host, "POP3CMD=4,3"), "0")
        self.assertEqual(self.ask(host, "POP3OUT"), "1")
        self.assertEqual(server.left(), 2)

    def test_what_is_deleted_is_gone_after_the_log_out(self):
        host, server = self.start()
        self.assertEqual(self.ask(host, "POP3DEL=1"), "1")
        self.assertEqual(self.ask(host, "POP3DEL=1"), "0")
        self.assertEqual(self.ask(host, "POP3RSET"), "1")
        self.assertEqual(self.ask(host, "POP3DEL=2"), "1")
        self.assertEqual(server.left(), 2)
        self.assertEqual(self.ask(host, "POP3OUT"), "1")
        self.assertEqual(server.left(), 1)

    def test_what_is_deleted_stays_without_a_log_out(self):
        host, server = self.start()
        self.assertEqual(self.ask(host, "POP3DEL=1"), "1")
        host.say("AT+SAPBR=0,1", OK)
        self.assertEqual(self.urc(host, "POP3OUT"), "61")
        self.assertEqual(server.left(), 2)

    def test_what_came_before_a_cut_is_read(self):
        def talk(connection, _):
            connection.sendall(b"+OK hello\r\n")
            for reply in (b"-ERR no CAPA\r\n", b"+OK\r\n", b"+OK in\r\n", b"+OK 9000 octets\r\n" + b"line 22\r\n" * 500):
                connection.recv(4096)
                connection.sendall(reply)
            reset(connection)
        server = self.keep(ScriptedServer(talk, waits=False))
        host = self.line({"pop3.test": at(server.port)})
        host.ok('AT+POP3SRV="pop3.test","u","p"', "AT+POP3IN")
        self.assertEqual(self.urc(host, "POP3IN"), "1")
        self.assertEqual(self.ask(host, "POP3CMD=4,1"), "1")
        data = b""
        while len(data) < 4500:
            line = "AT+POP3READ=1460"
            host.send(line + "\r")
            host.expect(line.encode() + b"\r")
            found = host.until(re.compile(rb"\A(?:\r\n\+POP3READ: 3,\d+\r\n)*\r\n\+POP3READ: 1,(\d+)\r\n"))
            data += host.take(int(found[1]))
            host.expect(OK)
        self.assertEqual(data, b"line 22\r\n" * 500)
        self.assertEqual(self.urc(host, "POP3OUT"), "61")

    def test_log_out_in_the_midst_of_a_mail(self):
        host, _ = self.start()
        self.assertEqual(self.ask(host, "POP3CMD=4,2"), "1")
        host.say("AT+POP3NUM", NOT_ALLOWED)
        self.assertEqual(self.ask(host, "POP3OUT"), "1")

    def test_tls_both_ways(self):
        for ssl in (1, 2):
            with self.subTest(ssl):
                host, _ = self.start(ssl)
                self.assertEqual(self.ask(host, "POP3CMD=4,2"), "1")
                self.assertEqual(self.read(host), self.MAILS[1] + b".\r\n")
                self.assertEqual(self.ask(host, "POP3OUT"), "1")

    def test_codes(self):
        server = self.keep(Dovecot(self.dir, (), self.certificates()))
        silent = self.keep(ScriptedServer(hold, waits=False))
        busy = self.keep(ScriptedServer(b"-ERR too busy\r\n", waits=False))
        web = self.keep(ScriptedServer(b"HTTP/1.1 400 Bad Request\r\n\r\n", waits=False))
        host = self.line({"pop3.test": at(server.port), "silent.test": at(silent.port), "busy.test": at(busy.port),
                          "web.test": at(web.port), "refused.test": "refuse"}, scale="0.05")
        host.ok("AT+EMAILTO=120")  # dovecot takes its time for a wrong password
        for name, password, code in (("nowhere", "", 62), ("refused", "", 63), ("silent", "", 64), ("web", "", 65),
                                     ("busy", "", 66), ("pop3", "wrong", 68), ("pop3", PASSWORD, 1)):
            with self.subTest(name):
                host.ok('AT+POP3SRV="%s.test","%s","%s"' % (name, USER, password))
                self.assertEqual(self.ask(host, "POP3IN"), str(code))
        self.assertEqual(self.ask(host, "POP3NUM"), "1,0,0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
