# FTP servers that mean harm or know no better: the module stays up and small, says the right code, and goes on.
# SPDX-License-Identifier: MIT
import random
import socket
import unittest

from ftp_host import FtpTest
from ftp_servers import ScriptedFtp, reset
from harness import OK
from servers import listening_socket

DATA = b"some data\n"
BOUND = 32 * 1024  # KiB


def endless(line):
    """An answer that never ends."""
    def answer(session, _):
        while True:
            session.connection.sendall(line * 1000)
    return answer


def raw(data):
    """These bytes, then silence."""
    def answer(session, _):
        session.connection.sendall(data)
        session.hold()
    return answer


def passive(text):
    """A PASV answer of our own, with the listener's port in it."""
    def answer(session, _):
        numbers = session.listen().split(",")
        session.reply(text % {"p": "%s,%s" % tuple(numbers[4:])})
    return answer


class Hostile(FtpTest):
    def meets(self, codes, replies=None, *options, command="FTPGET=1", **rest):
        """The session ends with one of the codes; the next one works."""
        server = self.keep(ScriptedFtp(replies, {"file": DATA}, nice=1, **rest))
        self.start(server, *options)
        self.assertIn(self.line.run(command.split("=")[0], command), codes)
        self.well()
        return server

    def well(self):
        self.line.ok("AT", "AT+FTPEXTGET=0")
        self.line.say("AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)
        self.assertEqual(self.line.get(), (DATA, "0"))
        self.assertEqual(self.line.put(DATA), "0")
        self.line.ok("AT")
        used = self.process.memory_kib()
        if used is not None:
            self.assertLess(used, BOUND)


class Replies(Hostile):
    def test_an_endless_line(self):
        self.meets(("65", "70"), greeting=endless(b"220 " + b"x" * 100))

    def test_an_endless_line_later(self):
        for verb in ("USER", "PASV", "CWD", "RETR"):
            with self.subTest(verb):
                self.meets(("65",), {verb: endless(b"2" * 100)})

    def test_endless_reply_lines(self):
        self.meets(("64", "65"), None, "--time-scale", "0.01", greeting=endless(b"220-More to come\r\n"))

    def test_endless_reply_lines_later(self):
        for verb in ("USER", "PASV", "RETR"):
            with self.subTest(verb):
                self.meets(("64", "65"), {verb: endless(b"200-More to come\r\n")}, "--time-scale", "0.01")

    def test_a_long_greeting_is_none_the_worse(self):
        def greet(session, _):
            for number in range(500):
                session.reply("220-Line %d of the greeting" % number)
            session.reply("220 Welcome")
        self.start(self.keep(ScriptedFtp(files={"file": DATA}, greeting=greet)))
        self.well()

    def test_a_reply_byte_by_byte(self):
        def answer(session, _):
            for byte in b"331-Slowly\r\n but\r\n331 surely\r\n":
                session.connection.sendall(bytes((byte,)))
        self.start(self.keep(ScriptedFtp({"USER": answer}, {"file": DATA})))
        self.well()

    def test_garbage(self):
        noise = random.Random(800)
        for verb in (None, "USER", "PASS", "PWD", "CWD", "TYPE", "PASV", "RETR"):
            with self.subTest(verb):
                data = bytes(noise.randrange(256) for _ in range(5000)) + b"\r\n"
                kept = {"greeting": raw(data)} if verb is None else {"replies": {verb: raw(data)}}
                self.meets(("64", "65", "0"), kept.pop("replies", None), "--time-scale", "0.01",
                           command="FTPGET=1" if verb != "PWD" else "FTPSIZE", **kept)

    def test_nul_bytes(self):
        self.meets(("64", "65", "70"), None, "--time-scale", "0.01", greeting=raw(b"\0" * 100_000 + b"\r\n"))

    def test_replies_before_they_are_asked_for(self):
        def greet(session, _):
            session.connection.sendall(b"220 Welcome\r\n331 Password\r\n230 In\r\n257 \"/\"\r\n226 Done\r\n")
        self.meets(("64", "65", "72", "75", "77"), None, "--time-scale", "0.01", greeting=greet)

    def test_the_end_before_the_beginning(self):
        def answer(session, _):
            session.connection.sendall(b"226 That was all\r\n150 Here it comes\r\n")
            session.hold()
        self.meets(("0", "64", "65", "77", "79"), {"RETR": answer}, "--time-scale", "0.01")

    def test_codes_out_of_range(self):
        for reply in ("000 Nothing", "999 Too much", "199 Preliminary", "333 Go on"):
            with self.subTest(reply):
                self.meets(("64", "65", "70", "71"), {"USER": reply}, "--time-scale", "0.01")


class Passive(Hostile):
    def test_addresses_that_are_none(self):
        for text in ("227 Entering Passive Mode", "227 (1,2,3)", "227 (a,b,c,d,e,f)", "227 (127,0,0,1,-1,5)", "200 Fine",
                     "227 (,,,,,)", "227 (999,0,0,1,4,4)", "227 (127,0,0,1,256,256)", "227 (99999999999,1,1,1,1,1)"):
            with self.subTest(text):
                self.meets(("75",), {"PASV": text})

    def test_an_address_elsewhere_is_not_called(self):
        elsewhere = listening_socket()
        self.addCleanup(elsewhere.close)
        elsewhere.setblocking(False)
        for address in ("10,0,0,1", "192,0,2,1", "8,8,8,8", "0,0,0,0", "255,255,255,255"):
            with self.subTest(address):
                server = self.keep(ScriptedFtp({"PASV": passive("227 Passive (%s,%%(p)s)" % address)}, {"file": DATA}))
                self.start(server)
                self.well()

    def test_the_control_port_for_data(self):
        def answer(session, _):
            port = session.server.port
            session.reply("227 Passive (127,0,0,1,%d,%d)" % (port >> 8, port & 255))
        # What comes on the data connection is a greeting: whether it is announced before the session fails is a race.
        server = self.keep(ScriptedFtp({"PASV": answer, "RETR": None}, {"file": DATA}, nice=1))
        self.start(server, "--time-scale", "0.01")
        self.assertIn(self.line.get()[1], ("64", "65", "75", "77", "79"))
        self.well()

    def test_port_0(self):
        self.meets(("75",), {"PASV": "227 Passive (127,0,0,1,0,0)"})


class Data(Hostile):
    def test_the_data_connection_is_never_opened_in_active_mode(self):
        server = self.keep(ScriptedFtp({"RETR": raw(b"150 Here it comes\r\n")}, {"file": DATA}, nice=1))
        self.start(server, "--time-scale", "0.01", MODE=0)
        self.assertIn(self.line.run("FTPGET", "FTPGET=1"), ("64", "76"))
        self.well()

    def test_the_data_connection_is_never_accepted(self):
        self.meets(("64",), {"RETR": raw(b"150 Here it comes\r\n")}, "--time-scale", "0.01")

    def test_a_reset_in_mid_data(self):
        def sends(session, connection, _):
            connection.sendall(bytes(100_000))
            reset(connection)
            session.hold()
        server = self.keep(ScriptedFtp(None, {"file": DATA}, nice=1, sends=sends))
        self.start(server)
        self.assertEqual(self.line.get()[1], "79")
        self.well()

    def test_both_connections_are_reset_in_mid_data(self):
        def sends(session, connection, _):
            connection.sendall(bytes(100_000))
            reset(session.connection)
            reset(connection)
            raise EOFError
        server = self.keep(ScriptedFtp(None, {"file": DATA}, nice=1, sends=sends))
        self.start(server)
        self.assertIn(self.line.get()[1], ("65", "79"))
        self.well()

    def test_a_reset_in_mid_upload(self):
        def takes(session, connection):
            connection.recv(1)
            reset(connection)
            session.hold()
        server = self.keep(ScriptedFtp(None, {"file": DATA}, nice=1, takes=takes))
        self.start(server)
        self.assertEqual(self.line.put(bytes(8_000_000)), "78")
        self.well()

    def test_the_control_connection_is_cut_in_mid_data(self):
        def sends(session, connection, _):
            connection.sendall(DATA)
            session.connection.shutdown(socket.SHUT_RDWR)
            session.server.gone = connection.dup()  # stays open
            raise EOFError
        server = self.keep(ScriptedFtp(None, {"file": DATA}, nice=1, sends=sends))
        self.start(server, "--time-scale", "0.01")
        self.addCleanup(lambda: server.gone.close())
        self.assertEqual(self.line.get()[1], "65")
        self.well()

    def test_data_without_end_into_ram(self):
        def sends(_, connection, __):
            while True:
                connection.sendall(bytes(65_536))
        for command, line, code in (("FTPEXTGET", "FTPEXTGET=1", "79"), ("FTPGETTOFS", 'FTPGETTOFS=0,"f",0', "85")):
            with self.subTest(command):
                server = self.keep(ScriptedFtp(None, {"file": DATA}, nice=1, sends=sends))
                self.start(server)
                self.assertEqual(self.line.run(command, line), code)
                self.well()

    def test_data_with_commands_in_them(self):
        data = b"\r\nOK\r\nAT+CFUN=1,1\r\n\x1a\x1b+++\x00\xff"
        self.start(self.keep(ScriptedFtp(files={"file": data})))
        self.assertEqual(self.line.get(), (data, "0"))


class Names(Hostile):
    def test_line_ends_cannot_be_smuggled_in(self):
        server = self.keep(ScriptedFtp(files={"file": DATA}))
        self.start(server)
        for name in ("a\nDELE file", "\x01\x02", "a\x00b"):
            self.line.send('AT+FTPGETNAME="%s"\r' % name)
            self.line.until(b"\r\n")
            self.line.until(b"\r\n")
        self.line.run("FTPGET", "FTPGET=1")
        self.assertNotIn("DELE", server.verbs())
        self.line.parameters(GETNAME="file")
        self.well()

    def test_names_that_look_like_something_else(self):
        files = {name: name.encode() for name in ("a b", "%41", "#x", "a;type=a", "~", "-la", "?", "é")}
        server = self.keep(ScriptedFtp(files={**files, "file": DATA}))
        self.start(server)
        for name, data in files.items():
            with self.subTest(name):
                self.line.parameters(GETNAME=name)
                self.assertEqual(self.line.get(), (data, "0"))


if __name__ == "__main__":
    unittest.main()
