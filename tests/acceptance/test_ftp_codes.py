# Each result code of an FTP session, provoked by real means, end to end (manual 12.2.14, SSL application note).
# SPDX-License-Identifier: MIT
import socket
import ssl
import tempfile
import unittest

from ftp_host import FtpTest
from ftp_servers import Pyftpdlib, PureFtpd, ScriptedFtp, receive_all, reset, server_context
from harness import ERROR, MODERN_TLS, OK
from servers import at, make_certificates, unused_port

DATA = b"some data\n"


def close(session, _):
    raise EOFError


class Codes(FtpTest):
    def scripted(self, replies=None, nice=1, **rest):
        """Misbehaves in its first session only."""
        return self.keep(ScriptedFtp(replies, {"file": DATA}, nice=nice, **rest))

    def well(self):
        """The next session works, and AT answers."""
        self.line.ok("AT", "AT+FTPEXTGET=0")
        self.line.say("AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)
        self.assertEqual(self.line.get(), (DATA, "0"))
        self.assertEqual(self.line.put(DATA), "0")
        self.line.ok("AT")

    def get_fails(self, code, replies=None, *options, **rest):
        parameters = rest.pop("parameters", {})
        server = self.scripted(replies, **rest)
        self.start(server, *options, **parameters)
        self.assertEqual(self.line.get()[1], str(code))
        self.well()
        return server

    def put_fails(self, code, replies=None, *options, **rest):
        server = self.scripted(replies, **rest)
        self.start(server, *options)
        self.assertEqual(self.line.put(bytes(100_000)), str(code))
        self.well()


class Network(Codes):
    def test_61_no_bearer(self):
        self.start(self.scripted(nice=0))
        self.line.ok("AT+SAPBR=0,1")
        for command in ("FTPGET=1", "FTPPUT=1", "FTPLIST=1", "FTPSIZE", "FTPDELE", "FTPMKD", "FTPRMD", "FTPEXTGET=1"):
            self.assertEqual(self.line.run(command.split("=")[0], command), "61", command)
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file",0'), "61")
        self.line.ok("AT+SAPBR=1,1")
        self.well()

    def test_61_the_bearer_closes_during_a_session(self):
        server = self.scripted({"RETR": None})
        self.start(server)
        self.line.ok("AT+FTPGET=1")
        server.wait_for("RETR")
        self.line.ok("AT+SAPBR=0,1")
        self.assertEqual(self.line.outcome("FTPGET"), "61")
        self.line.ok("AT+SAPBR=1,1")
        self.well()

    def test_61_the_network_takes_the_bearer_away(self):
        server = self.scripted({"RETR": None})
        self.start(server)
        self.line.ok("AT+FTPGET=1")
        server.wait_for("RETR")
        self.line.say("AT+CGATT=0", b"\r\n+SAPBR 1: DEACT\r\n" + OK)
        self.assertEqual(self.line.outcome("FTPGET"), "61")

    def test_62_no_such_name(self):
        self.start(self.scripted(nice=0), SERV="no.test")
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "62")
        self.line.parameters(SERV="ftp.test")
        self.well()

    def test_63_nobody_listens(self):
        holder, port = unused_port()
        self.addCleanup(holder.close)
        good = self.scripted(nice=0)
        self.start(scenario={"network": {"hosts": {"refused.test": at(port), "map.test": "refuse",
                                                   "ftp.test": at(good.port), "*": "unresolvable"}}})
        for name in ("refused.test", "map.test", "10.1.2.3"):
            self.line.parameters(SERV=name)
            self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "63", name)
        self.line.parameters(SERV="ftp.test")
        self.well()


class Timeout(Codes):
    def silent(self, replies=None, **rest):
        self.get_fails(64, replies, "--time-scale", "0.01", **rest)

    def test_64_no_greeting(self):
        self.silent(greeting=None)

    def test_64_no_answer_to(self):
        for verb in ("USER", "PASS", "CWD", "PASV", "TYPE", "RETR"):
            with self.subTest(verb):
                self.silent({verb: None})

    def test_64_the_data_stall(self):
        def sends(session, connection, data):
            connection.sendall(data[:1])
            session.hold()
        self.silent(sends=sends)

    def test_64_an_upload_is_never_confirmed(self):
        def takes(session, connection):
            receive_all(connection)
            session.hold()
        self.put_fails(64, None, "--time-scale", "0.01", takes=takes)

    def test_64_an_upload_is_not_taken(self):
        server = self.scripted(takes=lambda session, connection: session.hold())
        self.start(server, "--time-scale", "0.01")
        self.assertEqual(self.line.put(bytes(32_000_000)), "64")
        self.well()

    def test_64_a_black_hole(self):
        good = self.scripted(nice=0)
        self.start(None, "--time-scale", "0.01", SERV="hole.test", scenario={"network": {
            "hosts": {"hole.test": "blackhole", "ftp.test": at(good.port), "*": "unresolvable"}}})
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "64")
        self.line.parameters(SERV="ftp.test")
        self.well()

    def test_64_the_host_does_not_read(self):
        self.start(self.scripted(nice=0), "--time-scale", "0.01")
        self.line.ok("AT+FTPGET=1")
        said = [self.line.outcome("FTPGET") for _ in range(4)]
        self.assertEqual(said, ["1", "1", "1", "64"])
        self.line.say("AT+FTPGET=2,10", ERROR)
        self.well()

    def test_64_nothing_is_named(self):
        server = self.scripted(nice=0)
        self.start(server, GETNAME="", PUTNAME="")
        for command in ("FTPGET=1", "FTPPUT=1", "FTPSIZE", "FTPDELE", "FTPEXTGET=1"):
            self.assertEqual(self.line.run(command.split("=")[0], command), "64", command)
        self.assertEqual(server.count, 0)
        self.line.parameters(GETNAME="file", PUTNAME="new")
        self.well()


class Server(Codes):
    def test_65_421(self):
        self.get_fails(65, greeting="421 Too many users")

    def test_65_421_later(self):
        for verb in ("USER", "PASS", "CWD", "PASV", "TYPE", "RETR"):
            with self.subTest(verb):
                self.get_fails(65, {verb: "421 Shutting down"})

    def test_65_not_a_reply(self):
        self.get_fails(65, greeting="\x00\xff\x01 what is this")

    def test_65_closed_at_once(self):
        self.get_fails(65, greeting=close)

    def test_65_closed_later(self):
        for verb in ("USER", "PASS", "CWD", "TYPE", "PASV", "RETR"):
            with self.subTest(verb):
                self.get_fails(65, {verb: close})

    def test_66_another_session(self):
        server = self.scripted({"RETR": None})
        self.start(server)
        self.line.ok("AT+FTPGET=1")
        server.wait_for("RETR")
        for command in ("FTPGET=1", "FTPPUT=1", "FTPLIST=1", "FTPSIZE", "FTPDELE", "FTPMKD", "FTPRMD", "FTPEXTGET=1"):
            self.assertEqual(self.line.run(command.split("=")[0], command), "66", command)
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "66")
        self.assertEqual(self.line.run("FTPPUTFRMFS", r'FTPPUTFRMFS="C:\file"'), "66")
        self.line.say("AT+FTPSTATE", b"\r\n+FTPSTATE: 1\r\n" + OK)
        self.line.ok("AT+FTPQUIT")
        self.assertEqual(self.line.outcome("FTPGET"), "86")
        self.well()

    def test_70_the_greeting_refuses(self):
        self.get_fails(70, greeting="530 Not you")

    def test_71_user(self):
        self.get_fails(71, {"USER": "530 Unknown"})

    def test_72_password(self):
        self.get_fails(72, {"PASS": "530 Wrong"})

    def test_72_real_servers(self):
        for kind in (Pyftpdlib, PureFtpd):
            with self.subTest(kind.__name__):
                server = self.keep(kind(self.dir))
                server.put("file", DATA)
                self.start(server, PW="wrong")
                self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "72")
                self.line.parameters(PW="secret")
                self.well()

    def test_73_type(self):
        self.get_fails(73, {"TYPE": "504 No such type"})

    def test_74_rest(self):
        server = self.scripted({"REST": "502 No"})
        self.start(server, REST=5)
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "74")
        self.line.parameters(REST=0)
        self.well()

    def test_75_passive(self):
        self.get_fails(75, {"PASV": "502 No"})

    def test_75_nobody_listens_there(self):
        def refused(session, _):
            holder, port = unused_port()
            self.addCleanup(holder.close)
            session.reply("227 Entering Passive Mode (127,0,0,1,%d,%d)" % (port >> 8, port & 255))
        self.get_fails(75, {"PASV": refused})

    def test_75_the_server_has_no_data_connection(self):
        self.get_fails(75, {"RETR": "425 No data connection"})

    def test_76_active(self):
        server = self.scripted({"PORT": "500 No", "EPRT": "500 No"})
        self.start(server, MODE=0)
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "76")
        self.well()

    def test_76_the_server_never_connects(self):
        def holds(session, _):
            session.reply("150 Soon")
            session.hold()
        for verb, command in (("RETR", "FTPGET"), ("STOR", "FTPPUT"), ("LIST", "FTPLIST")):
            with self.subTest(verb):
                self.start(self.scripted({verb: holds}), "--time-scale", "0.02", MODE=0)
                self.assertEqual(self.line.run(command, command + "=1"), "76")
                self.well()

    def test_77_refused(self):
        for verb, command in (("CWD", "FTPGET=1"), ("RETR", "FTPGET=1"), ("STOR", "FTPPUT=1"), ("LIST", "FTPLIST=1"),
                              ("SIZE", "FTPSIZE"), ("DELE", "FTPDELE"), ("MKD", "FTPMKD"), ("RMD", "FTPRMD")):
            with self.subTest(verb):
                self.start(self.scripted({verb: "550 No"}))
                self.assertEqual(self.line.run(command.split("=")[0], command), "77")
                self.well()

    def test_77_append(self):
        self.start(self.scripted({"APPE": "550 No"}), PUTOPT="APPE")
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "77")
        self.well()

    def test_77_real_servers(self):
        for kind in (Pyftpdlib, PureFtpd):
            with self.subTest(kind.__name__):
                server = self.keep(kind(self.dir))
                server.put("file", DATA)
                self.start(server, GETNAME="missing", GETPATH="/missing")
                for command in ("FTPGET=1", "FTPLIST=1", "FTPSIZE", "FTPDELE", "FTPRMD"):
                    self.assertEqual(self.line.run(command.split("=")[0], command), "77", command)
                self.line.parameters(GETPATH="/")
                for command in ("FTPGET=1", "FTPSIZE", "FTPDELE"):
                    self.assertEqual(self.line.run(command.split("=")[0], command), "77", command)
                self.line.parameters(GETNAME="file")
                self.well()

    def test_78_the_upload_is_cut(self):
        def takes(session, connection):
            connection.recv(1)
            reset(connection)
            session.reply("426 Cut")
            session.hold()
        self.put_fails(78, takes=takes)

    def test_78_the_upload_fails_in_the_end(self):
        def takes(session, connection):
            receive_all(connection)
            session.reply("552 Disk full")
            session.hold()
        self.put_fails(78, takes=takes)

    def test_79_the_download_is_cut(self):
        def sends(session, connection, data):
            connection.sendall(data)
            reset(connection)
            session.reply("426 Cut")
            session.hold()
        self.get_fails(79, sends=sends)

    def test_79_the_download_fails_in_the_end(self):
        def sends(session, connection, data):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_RDWR)
            session.reply("451 Read error")
            session.hold()
        self.get_fails(79, sends=sends)


class Tls(Codes):
    MODULE = MODERN_TLS

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sim800-"))
        cls.certificate = make_certificates(cls.folder)
        cls.context = server_context(cls.certificate)

    def fails(self, code, server, kind):
        self.start(server)
        self.line.ok("AT+FTPSSL=%d" % kind)
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), code)
        self.line.ok("AT+FTPSSL=0")
        self.well()

    def test_both_ways_work(self):
        for kind in (1, 2):
            with self.subTest(kind):
                self.start(self.scripted(nice=None, tls=self.context, implicit=kind == 1))
                self.line.ok("AT+FTPSSL=%d" % kind)
                self.assertEqual(self.line.get(), (DATA, "0"))
                self.assertEqual(self.line.put(DATA), "0")

    def test_explicit_with_a_real_server(self):
        pem = self.path("both.pem")
        with open(pem, "wb") as file:
            for part in self.certificate:
                with open(part, "rb") as source:
                    file.write(source.read())
        server = self.keep(PureFtpd(self.dir, "-Y", "2", "-2", pem))
        server.put("file", DATA)
        self.start(server)
        self.line.ok("AT+FTPSSL=2")
        self.assertEqual(self.line.get(), (DATA, "0"))
        self.assertEqual(self.line.put(DATA * 2), "0")
        self.assertEqual(server.get("new"), DATA * 2)
        self.line.parameters(PUTOPT="STOU")
        self.assertEqual(self.line.put(DATA * 3), "0")
        name, = set(server.names()) - {"file", "new"}
        self.assertEqual(server.get(name), DATA * 3)

    def test_stou_is_the_servers(self):
        for kind in (1, 2):
            with self.subTest(kind):
                server = self.scripted(nice=None, tls=self.context, implicit=kind == 1)
                self.start(server, PUTOPT="STOU")
                self.line.ok("AT+FTPSSL=%d" % kind)
                self.assertEqual(self.line.put(DATA), "0")
                self.assertEqual([argument for _, verb, argument in server.commands if verb[:2] == "ST"], ["new"])
                self.assertEqual(server.files["new.1"], DATA)

    def test_80_the_server_speaks_plain_ftp(self):
        for kind in (1, 2):
            with self.subTest(kind):
                self.fails("80", self.scripted(nice=1), kind)

    def test_80_the_server_hangs_up_on_the_handshake(self):
        self.fails("80", self.scripted({"AUTH": lambda session, _: session.reply("234 Go on") or close(session, _)}), 2)

    def test_81_the_server_wants_newer_tls(self):
        context = server_context(self.certificate)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        for kind in (1, 2):
            with self.subTest(kind):
                self.fails("81", self.scripted(tls=context, implicit=kind == 1), kind)

    def test_81_the_certificate_is_not_good(self):
        self.start(self.scripted(nice=None, tls=self.context))
        self.line.ok("AT+SSLOPT=0,0", "AT+FTPSSL=2")
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "81")
        self.line.ok("AT+SSLOPT=0,1")
        self.well()


class Own(Codes):
    def test_85_the_drive_is_full(self):
        server = self.keep(ScriptedFtp(files={"file": bytes(186_369)}))
        self.start(server)
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "85")
        server.files["file"] = DATA
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "0,10")
        self.well()

    def test_85_there_is_no_such_file(self):
        self.start(self.scripted(nice=0))
        self.assertEqual(self.line.run("FTPPUTFRMFS", r'FTPPUTFRMFS="C:\missing"'), "85")
        self.line.say(r'AT+FTPFILEPUT=1,"C:\missing"', ERROR)
        self.well()

    def test_85_there_is_no_card(self):
        self.start(self.scripted(nice=0))
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=1,"file"'), "85")
        self.well()

    def test_85_the_buffer_finds_no_room(self):
        self.start(self.keep(ScriptedFtp(files={"file": bytes(200_000)})))
        self.assertEqual(self.line.run("FTPEXTGET", "FTPEXTGET=1"), "0")
        self.line.say('AT+FTPEXTGET=2,"file"', b"\r\n+FTPEXTGET: 2,85\r\n" + OK)
        self.line.ok("AT+FTPEXTGET=0")

    def test_86_quit(self):
        self.start(self.scripted(nice=0))
        self.line.say("AT+FTPQUIT", ERROR)
        for command in ("FTPGET=1", "FTPPUT=1", "FTPLIST=1", "FTPSIZE", "FTPDELE", "FTPMKD", "FTPRMD", "FTPEXTGET=1"):
            with self.subTest(command):
                server = self.scripted({"USER": None})
                self.start(server)
                self.line.ok("AT+" + command)
                server.wait_for("USER")
                self.line.ok("AT+FTPQUIT")
                self.assertEqual(self.line.outcome(command.split("=")[0]), "86")
                self.line.say("AT+FTPQUIT", ERROR)
                self.well()


if __name__ == "__main__":
    unittest.main()
