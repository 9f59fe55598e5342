# The application note's dialogues 3.10-3.26, played against real FTP servers over a pty and over TCP.
# SPDX-License-Identifier: MIT
import ftplib
import glob
import os
import subprocess
import threading
import unittest

from ftp_servers import PASSWORD, USER, Pyftpdlib, PureFtpd, Relay, ScriptedFtp
from harness import DEADLINE, DIALOGUES, SIM800, AcceptanceTest
from servers import LOOPBACK, at
from traces import TraceWatch

NOTED = "116.228.221.52"  # the server of the note
BYTES = bytes(range(256))
FIFTY = BYTES[:50]
KILO = BYTES * 4
STORY = b"wodeceshijieguo,zhgeshigeshia"
BIG = (BYTES * 681)[:174_125]


def listing_of_126_bytes(server):
    """Gives the server one file, with a name that makes its listing as long as the note's."""
    server.put("a", b"")
    with ftplib.FTP() as ftp:
        ftp.connect(LOOPBACK, server.port, DEADLINE)
        ftp.login(USER, PASSWORD)
        lines = []
        ftp.retrlines("LIST", lines.append)
    os.rename(os.path.join(server.files, "a"),
              os.path.join(server.files, "a" * (1 + 126 - sum(len(line) + 2 for line in lines))))


class Dialogues:
    """Each is played on a module of its own, against a server that a relay holds back where the dialogue asks for it."""

    def serve(self):
        raise NotImplementedError

    def start(self, before=lambda number, reply: True, server=None, options=()):
        self.trace = TraceWatch(self.path("trace"))
        self.over = threading.Event()
        self.addCleanup(self.over.set)
        if server is None:
            server = self.keep(Relay(self.server.port, before))
        self.scenario = {"network": {"hosts": {NOTED: at(server.port), "*": "unresolvable"}}}
        self.line = self.run_module("--trace", self.trace.path, *options)
        self.trace.wait_for(1, event="urc", text="SMS Ready")
        self.play("00")

    def run_module(self, *options):
        raise NotImplementedError

    def play(self, *numbers):
        files = [glob.glob(os.path.join(DIALOGUES, number + "-*.txt"))[0] for number in numbers]
        ran = subprocess.run([SIM800, "play", *self.line, *files], capture_output=True, text=True, timeout=2 * DEADLINE,
                             check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)

    def until_asked(self, *lines):
        """Holds the first answer of each session back until the module has been told this line."""
        def before(number, _):
            if number < len(lines):
                self.trace.wait_for(1, event="command", line=lines[number])
        return before

    def setUp(self):
        super().setUp()
        self.server = self.keep(self.serve())

    def test_10_get(self):
        def sends(session, connection, _):
            connection.sendall(FIFTY)
            self.trace.wait_for(2, event="command", line="+FTPGET=2,1024")
            connection.sendall(KILO)
        server = self.keep(ScriptedFtp(files={"1K.txt": b""}, sends=sends))
        self.start(server=server)
        self.play("10")

    def test_11_put(self):
        self.start()
        self.play("11")
        self.assertEqual(self.server.get("1K.txt"), BYTES[:100])

    def test_12_timeout(self):
        self.server.put("1K.txt", KILO)
        self.start(lambda number, _: number > 0, options=("--time-scale", "0.01"))
        self.play("12")

    def test_13_error(self):
        self.server.put("1K.txt", KILO)
        self.start()
        self.play("13")

    def test_14_operation_error(self):
        self.start(lambda number, _: self.over.wait(DEADLINE))
        self.play("14")

    def test_15_read_and_write_error(self):
        self.server.put("1K.txt", FIFTY)

        def before(number, reply):
            if number == 1 and reply.startswith(b"226"):
                self.trace.wait_for(2, event="command", line="+FTPPUT=2,100")
            else:
                self.trace.wait_for(1, event="command", line=("+FTPGET=2,1000", "+FTPPUT=2,1000")[number])
        self.start(before)
        self.play("15")
        self.assertEqual(self.server.get("1K.txt"), BYTES[:100])

    def test_16_rest(self):
        self.server.put("1K.txt", STORY)
        self.start()
        self.play("16")

    def test_17_dele(self):
        self.server.put("1K.txt", KILO)
        self.start()
        self.play("17")
        self.assertEqual(self.server.names(), [])

    def test_18_size(self):
        self.server.put("1K.txt", KILO)
        self.start()
        self.play("18")

    def test_19_mkd_and_rmd(self):
        self.start()
        self.play("19")
        self.assertEqual(self.server.names(), [])

    def test_20_list(self):
        listing_of_126_bytes(self.server)
        self.start()
        self.play("20")

    def test_21_extput(self):
        self.start()
        self.play("21")
        self.assertEqual(self.server.get("1K.txt"), KILO)

    def test_22_to_25_the_drive(self):
        self.server.put("test.txt", BIG)
        self.start(self.until_asked("+FTPGETTOFS?", "+FTPPUTFRMFS?", "+FTPEXTGET?"))
        self.play("22")
        os.remove(os.path.join(self.server.files, "test.txt"))
        self.play("23")
        self.assertEqual(self.server.get("test.txt"), BIG)
        self.play("24")
        os.remove(os.path.join(self.server.files, "test.txt"))
        self.play("25")
        self.assertEqual(self.server.get("test.txt"), BIG)

    def test_26_quit(self):
        self.start(lambda number, _: self.over.wait(DEADLINE))
        self.play("26")


class OverPty:
    def run_module(self, *options):
        link = self.path("tty")
        self.module("--pty", link, *options, scenario=self.scenario, tcp=0)
        return "--pty", link


class OverTcp:
    def run_module(self, *options):
        return "--tcp", "%s:%d" % self.module(*options, scenario=self.scenario).tcp[0]


class WithPyftpdlib:
    def serve(self):
        return Pyftpdlib(self.dir)


class WithPureFtpd:
    def serve(self):
        return PureFtpd(self.dir)


class PyftpdlibOverPty(WithPyftpdlib, OverPty, Dialogues, AcceptanceTest):
    pass


class PyftpdlibOverTcp(WithPyftpdlib, OverTcp, Dialogues, AcceptanceTest):
    pass


class PureFtpdOverPty(WithPureFtpd, OverPty, Dialogues, AcceptanceTest):
    pass


class PureFtpdOverTcp(WithPureFtpd, OverTcp, Dialogues, AcceptanceTest):
    pass


if __name__ == "__main__":
    unittest.main()
