# Files of all sizes, both ways, in every method, against real FTP servers; resumption, and memory, against a scripted one.
# SPDX-License-Identifier: MIT
import ftplib
import hashlib
import unittest

from ftp_host import READ, FtpTest
from ftp_servers import PASSWORD, USER, Pyftpdlib, PureFtpd, ScriptedFtp, receive_all, reset
from harness import DEADLINE, ERROR, OK
from servers import LOOPBACK, at

SIZES = (0, 1, 1360, 1460, 1461, 300_000, 10_000_000)
SCALE = "0.03"  # the module's 75 s are long enough for a busy machine then
DRIVE = 174_125  # bytes of a file that fits on the drive and in the RAM buffer


def made(size):
    """Bytes that no shift or swap leaves as they are."""
    return hashlib.shake_128(b"%d" % size).digest(size)


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()


class Files:
    """With each of two servers."""

    def setUp(self):
        super().setUp()
        self.server = self.keep(self.kind(self.dir))

    def same(self, got, wanted):
        self.assertEqual(digest(got), digest(wanted))

    def both_ways(self, *sizes):
        for size in sizes:
            with self.subTest(size):
                data = made(size)
                self.server.put("file", data)
                got, code = self.line.get()
                self.assertEqual(code, "0")
                self.same(got, data)
                self.assertEqual(self.line.put(data), "0")
                self.same(self.server.get("new"), data)

    def test_binary_passive(self):
        self.start(self.server)
        self.both_ways(*SIZES)

    def test_binary_active(self):
        self.start(self.server, MODE=0)
        self.both_ways(*SIZES)

    def test_any_block_size(self):
        data = made(3000)
        self.server.put("file", data)
        self.start(self.server)
        for block in (1, 7, 1459):
            got, code = self.line.get(block=block)
            self.assertEqual(code, "0")
            self.same(got, data)
        self.assertEqual(self.line.put(data, block=1), "0")
        self.same(self.server.get("new"), data)

    def test_ascii_is_passed_on_as_it_is_on_the_wire(self):
        # Both servers make LF CR LF on the way out and CR LF LF on the way in.
        self.start(self.server, TYPE="A")
        text = b"".join(b"line %d\n" % number for number in range(5000))
        self.server.put("file", text)
        got, code = self.line.get()
        self.assertEqual(code, "0")
        self.same(got, text.replace(b"\n", b"\r\n"))
        self.assertEqual(self.line.put(text.replace(b"\n", b"\r\n")), "0")
        self.same(self.server.get("new"), text)
        self.assertEqual(self.line.put(text), "0")
        self.same(self.server.get("new"), text)

    def test_rest(self):
        data = made(300_000)
        self.server.put("file", data)
        self.start(self.server)
        for offset in (1, 1460, 299_999):
            self.line.parameters(REST=offset)
            got, code = self.line.get()
            self.assertEqual(code, "0")
            self.same(got, data[offset:])

    def test_rest_in_the_midst_of_a_large_file(self):
        data, offset = made(SIZES[-1]), SIZES[-1] // 2 + 1
        self.server.put("file", data)
        self.start(self.server, REST=offset)
        got, code = self.line.get()
        self.assertEqual(code, "0")
        self.same(got, data[offset:])

    def test_a_host_that_pauses_for_minutes(self):
        data = made(300_000)
        self.start(self.server, "--time-scale", SCALE)

        def pause():
            before = self.process.cpu_seconds()
            self.line.silent(120 * float(SCALE))
            self.assertLess(self.process.cpu_seconds() - before, 0.1, "it spins")
        self.assertEqual(self.line.put(data, halfway=pause), "0")
        self.same(self.server.get("new"), data)

    def test_a_host_that_breaks_off_within_a_block(self):
        self.start(self.server, "--time-scale", SCALE)
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "1,1360")
        self.line.say("AT+FTPPUT=2,1360", b"\r\n+FTPPUT: 2,1360\r\n")
        self.line.send(made(1360))
        self.line.expect(OK)
        self.assertEqual(self.line.outcome("FTPPUT"), "1,1360")
        self.line.say("AT+FTPPUT=2,1360", b"\r\n+FTPPUT: 2,1360\r\n")
        self.line.send(made(1359))
        self.line.expect(ERROR)
        self.assertEqual(self.line.outcome("FTPPUT"), "64")
        self.assertIn(self.server.get("new"), (b"", made(1360)))
        self.assertEqual(self.line.put(made(5000)), "0")
        self.same(self.server.get("new"), made(5000))

    def test_rest_leaves_uploads_alone(self):
        self.start(self.server, REST=5)
        self.assertEqual(self.line.put(b"0123456789"), "0")
        self.assertEqual(self.server.get("new"), b"0123456789")

    def test_put_options(self):
        self.start(self.server, PUTOPT="APPE")
        self.assertEqual(self.line.put(b"one,"), "0")
        self.assertEqual(self.line.put(b"two"), "0")
        self.assertEqual(self.server.get("new"), b"one,two")
        self.line.parameters(PUTOPT="STOU")
        self.assertEqual(self.line.put(b"three"), "0")
        self.assertEqual(self.line.put(b"four"), "0")
        self.assertEqual(self.server.get("new"), b"one,two")
        names = self.server.names()
        self.assertEqual(len(names), 3)
        self.assertEqual(sorted(self.server.get(name) for name in names), [b"four", b"one,two", b"three"])
        self.line.parameters(PUTOPT="STOR")
        self.assertEqual(self.line.put(b"five"), "0")
        self.assertEqual(self.server.get("new"), b"five")

    def test_the_list_is_byte_true(self):
        for number in range(100):
            self.server.put("file-%d" % number, b"x" * number)
        self.start(self.server)
        listing, code = self.line.get("FTPLIST")
        self.assertEqual(code, "0")
        with ftplib.FTP() as ftp:
            ftp.connect(LOOPBACK, self.server.port, DEADLINE)
            ftp.login(USER, PASSWORD)
            ftp.sendcmd("TYPE A")
            with ftp.transfercmd("LIST") as data:
                self.assertEqual(listing, receive_all(data))
            ftp.voidresp()

    def test_directories(self):
        self.start(self.server, GETPATH="/dir", GETNAME="new")
        self.assertEqual(self.line.run("FTPMKD"), "0")
        self.line.parameters(PUTPATH="/dir/")
        self.assertEqual(self.line.put(b"there"), "0")
        self.assertEqual(self.server.get("dir/new"), b"there")
        self.assertEqual(self.line.run("FTPSIZE"), "0,5")
        self.assertEqual(self.line.get(), (b"there", "0"))
        self.assertEqual(self.line.run("FTPRMD"), "77")
        self.assertEqual(self.line.run("FTPDELE"), "0")
        self.assertEqual(self.line.run("FTPRMD"), "0")
        self.assertEqual(self.server.names(), [])

    def test_the_ram_buffer(self):
        data = made(300_000)
        self.start(self.server)
        self.line.ok("AT+FTPEXTPUT=1")
        for position in (0, 100_000, 200_000):
            self.line.say("AT+FTPEXTPUT=2,%d,100000,60000" % position, b"\r\n+FTPEXTPUT: %d,100000\r\n" % position)
            self.line.send(data[position:position + 100_000])
            self.line.expect(OK)
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "0")
        self.same(self.server.get("new"), data)
        self.line.ok("AT+FTPEXTPUT=0")
        self.line.parameters(GETNAME="new")
        self.assertEqual(self.line.run("FTPEXTGET", "FTPEXTGET=1"), "0")
        self.same(self.ram(0, 307_200, 300_000), data)
        self.same(self.ram(299_999, 10, 1), data[-1:])
        self.line.ok("AT+FTPEXTGET=0")
        self.server.put("file", made(307_201))
        self.line.parameters(GETNAME="file")
        self.assertEqual(self.line.run("FTPEXTGET", "FTPEXTGET=1"), "79")
        self.line.ok("AT+FTPEXTGET=0", "AT")

    def ram(self, position, asked, there):
        self.line.say("AT+FTPEXTGET=3,%d,%d" % (position, asked), b"\r\n+FTPEXTGET: 3,%d\r\n" % there)
        data = self.line.take(there)
        self.line.expect(OK)
        return data

    def test_the_drive(self):
        data = made(DRIVE)
        self.server.put("file", data)
        self.start(self.server)
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "0,%d" % DRIVE)
        self.assertEqual(self.line.run("FTPPUTFRMFS", r'FTPPUTFRMFS="c:\user\ftp\FILE"'), "0,%d" % DRIVE)
        self.same(self.server.get("new"), data)
        self.line.parameters(PUTNAME="newer")
        self.line.ok(r'AT+FTPFILEPUT=1,"C:\User\FTP\file"')
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "0")
        self.line.ok("AT+FTPFILEPUT=0")
        self.same(self.server.get("newer"), data)
        self.assertEqual(self.line.run("FTPEXTGET", "FTPEXTGET=1"), "0")
        self.line.say('AT+FTPEXTGET=2,"file"', b"\r\n+FTPEXTGET: 2,%d\r\n" % DRIVE + OK)
        self.line.ok("AT+FTPEXTGET=0")


class WithPyftpdlib(Files, FtpTest):
    kind = Pyftpdlib


class WithPureFtpd(Files, FtpTest):
    kind = PureFtpd


class Empty(FtpTest):
    def test_an_empty_buffer_or_file_is_a_file_of_no_bytes(self):
        server = self.keep(ScriptedFtp(files={"file": b""}))
        self.start(server)
        self.line.ok("AT+FTPEXTPUT=1")
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "0")
        self.line.ok("AT+FTPEXTPUT=0")
        self.assertEqual(server.files.pop("new"), b"")
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "0,0")
        self.assertEqual(self.line.run("FTPPUTFRMFS", r'FTPPUTFRMFS="C:\User\FTP\file"'), "0,0")
        self.assertEqual(server.files.pop("new"), b"")


class Resume(FtpTest):
    def test_a_download_to_the_drive_goes_on_where_it_was_cut(self):
        data, cut = made(DRIVE), 100_000

        def sends(session, connection, rest):
            if session.number < 2:
                connection.sendall(rest[:cut // 2])
                connection.close()
                session.reply("426 Cut")
                session.hold()
            connection.sendall(rest)
        server = self.keep(ScriptedFtp(files={"file": data}, sends=sends))
        self.start(server, "--state", self.path("state"))
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file",2,0'), "0,%d" % DRIVE)
        self.assertEqual([argument for _, verb, argument in server.commands if verb == "REST"], ["50000", "100000"])
        self.line.ok(r'AT+FTPFILEPUT=1,"C:\User\FTP\file"')
        self.assertEqual(self.line.run("FTPPUT", "FTPPUT=1"), "0")
        self.assertEqual(digest(server.files["new"]), digest(data))

    def test_a_download_is_given_up_after_so_many_times(self):
        def sends(session, connection, _):
            reset(connection)
            session.reply("426 Cut")
            session.hold()
        server = self.keep(ScriptedFtp(files={"file": made(1000)}, sends=sends))
        self.start(server)
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file",2,0'), "79")
        self.assertEqual(server.count, 3)
        
    def test_a_refusal_is_not_tried_again(self):
        for verb, code in (("PASS", "72"), ("RETR", "77")):
            server = self.keep(ScriptedFtp({verb: "530 No"}, {"file": b"x"}))
            self.start(server)
            self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file",2,0'), code)
            self.assertEqual(server.count, 1)

    def test_an_upload_from_the_drive_goes_on_where_it_was_cut(self):
        data = made(DRIVE)

        def takes(session, connection):
            if "SIZE" in server.verbs():
                return receive_all(connection)
            taken = b""
            while len(taken) < 70_000:
                taken += connection.recv(70_000 - len(taken))
            server.files["copy"] = taken
            reset(connection)
            session.reply("426 Cut")
            session.hold()
        server = self.keep(ScriptedFtp(files={"file": data}, takes=takes))
        self.start(server, PUTNAME="copy")
        self.assertEqual(self.line.run("FTPGETTOFS", 'FTPGETTOFS=0,"file"'), "0,%d" % DRIVE)
        self.assertEqual(self.line.run("FTPPUTFRMFS", r'FTPPUTFRMFS="C:\User\FTP\file",2,0'), "0,%d" % DRIVE)
        self.assertIn("APPE", server.verbs())
        self.assertEqual(digest(server.files["copy"]), digest(data))


class Saved(FtpTest):
    def test_the_context_survives_a_restart(self):
        state = self.path("state")
        server = self.keep(ScriptedFtp(files={"file": b"saved"}))
        self.start(server, "--state", state, PORT=2100, TYPE="A", PUTOPT="APPE", REST=2)
        self.line.ok("AT+FTPSCONT")
        saved = self.line.read_out("AT+FTPSCONT?")
        self.line.ok('AT+FTPUN="not saved"')
        self.process.end()
        second = self.module("--state", state, scenario={"network": {"hosts": {"ftp.test": "%s:%d" % (LOOPBACK, server.port)}}})
        self.line = self.connect(second)
        self.assertEqual(self.line.read_out("AT+FTPSCONT?"), saved)
        self.assertIn("+FTPSCONT: 0\r\n", saved)
        self.assertIn("+FTPPORT: 2100\r\n", saved)
        self.assertIn("+FTPUN: %s\r\n" % USER, saved)
        self.assertEqual(self.line.get(), (b"ved", "0"))


class Flow(FtpTest):
    BOUND = 32 * 1024  # KiB

    def bounded(self):
        used = self.process.memory_kib()
        if used is not None:
            self.assertLess(used, self.BOUND)

    def test_a_slow_reader_holds_the_server_up(self):
        size, piece = 64 << 20, made(1 << 20)
        ahead = [0, 0]  # most bytes that the server was ahead of the host; bytes sent

        def sends(_, connection, __):
            for _ in range(size // len(piece)):
                connection.sendall(piece)
                ahead[1] += len(piece)
                ahead[0] = max(ahead[0], ahead[1] - count[0])
        server = self.keep(ScriptedFtp(files={"file": b""}, sends=sends))
        self.start(server)
        seen, count = hashlib.sha256(), [0]

        def take(data):
            seen.update(data)
            count[0] += len(data)
        self.assertEqual(self.line.get(take=take), (b"", "0"))
        wanted = hashlib.sha256()
        for _ in range(size // len(piece)):
            wanted.update(piece)
        self.assertEqual((count[0], seen.hexdigest()), (size, wanted.hexdigest()))
        self.bounded()
        self.assertLess(ahead[0], 16 << 20, "the server runs away")

    def test_a_server_that_does_not_take_what_it_is_sent(self):
        server = self.keep(ScriptedFtp(takes=lambda session, connection: session.hold()))
        self.start(server, "--time-scale", "0.01")
        self.assertEqual(self.line.put(bytes(64 << 20)), "64")
        self.line.ok("AT")
        self.bounded()


class Answers(FtpTest):
    """AT answers whatever the server does or leaves."""

    def test_a_server_that_never_answers_quit(self):
        server = self.keep(ScriptedFtp({"QUIT": None}, {"file": b"data"}))
        self.start(server)
        for _ in range(3):
            self.assertEqual(self.line.get(), (b"data", "0"))
            self.line.ok("AT")
        self.assertEqual(self.line.put(b"x"), "0")
        self.line.ok("AT")

    def test_a_server_that_stalls(self):
        for verb in ("USER", "PASV", "RETR", "SIZE"):
            server = self.keep(ScriptedFtp({verb: None}, {"file": b"data"}))
            self.start(server)
            self.line.ok("AT+FTPSIZE" if verb == "SIZE" else "AT+FTPGET=1")
            server.wait_for(verb)
            for _ in range(100):
                self.line.ok("AT")
            self.line.say("AT+FTPSTATE", b"\r\n+FTPSTATE: 1\r\n" + OK)
            self.line.ok("AT+FTPQUIT")
            self.assertEqual(self.line.outcome("FTPSIZE" if verb == "SIZE" else "FTPGET"), "86")

    def test_the_module_ends_while_a_server_stalls(self):
        server = self.keep(ScriptedFtp({"RETR": None}, {"file": b"data"}))
        self.start(server)
        self.line.ok("AT+FTPGET=1")
        server.wait_for("RETR")
        self.assertEqual(self.process.end(), 0)

    def test_reset_during_a_session(self):
        server = self.keep(ScriptedFtp({"RETR": None}, {"file": b"data"}, nice=1))
        self.start(server)
        self.line.ok("AT+FTPGET=1")
        server.wait_for("RETR")
        self.line.ok("AT+CFUN=1,1")
        self.line.until(b"SMS Ready\r\n")
        self.line.send("ATE0\r")
        self.line.until(OK)
        self.line.say("AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)


class Kept(FtpTest):
    """What came before a cut is announced and read; then comes the code."""
    DATA, CUT = made(150_000), 40_000

    def cut_at(self, count):
        def sends(session, connection, data):
            connection.sendall(data[:count])
            reset(connection)
            session.reply("426 Cut")
        return self.keep(ScriptedFtp(files={"file": self.DATA}, listing=b"line\r\n" * 10_000, sends=sends, nice=1))

    def test_a_download_is_resumed_where_it_was_cut(self):
        self.start(self.cut_at(self.CUT))
        first, code = self.line.get()
        self.assertEqual(code, "79")
        self.assertEqual(digest(first), digest(self.DATA[:self.CUT]))
        self.line.parameters(REST=len(first))
        rest, code = self.line.get()
        self.assertEqual(code, "0")
        self.assertEqual(digest(first + rest), digest(self.DATA))

    def test_more_than_is_buffered_before_the_cut(self):
        self.start(self.cut_at(140_000))
        self.assertEqual(self.line.run("FTPGET", "FTPGET=1"), "1")
        got = []
        code = self.line._read("FTPGET", got.append, READ)  # the server has gone long before
        while code == "1":
            code = self.line._read("FTPGET", got.append, READ)
        self.assertEqual(code, "79")
        got = b"".join(got)
        self.assertGreater(len(got), 64 * 1024)  # the rest was still with the server's system when it cut
        self.assertEqual(digest(got), digest(self.DATA[:len(got)]))

    def test_by_a_fault_of_the_scenario(self):
        for mode, end, cut in ((1, {"connection": "reset"}, "79"), (1, {"bearer": "lost"}, "61"),
                               (0, {"connection": "reset"}, "79")):
            with self.subTest(end, mode=mode):
                server = self.keep(ScriptedFtp(files={"file": self.DATA}))
                fault = {"on": {"ftp": {"verb": "get", "phase": "data", "after_bytes": self.CUT}}, "do": end}
                self.start(scenario={"network": {"hosts": {"ftp.test": at(server.port), "*": "unresolvable"}},
                                     "faults": [fault]}, MODE=mode)
                self.line.ok("AT+FTPGET=1")
                lost = {"+SAPBR 1: DEACT"} if cut == "61" else set()
                said = {self.line.line() for _ in range(1 + len(lost))}
                self.assertEqual(said, {"+FTPGET: 1,1"} | lost)
                got = []
                code = self.line._read("FTPGET", got.append, READ)
                self.assertEqual((len(b"".join(got)), code), (self.CUT, cut))
                self.assertEqual(digest(b"".join(got)), digest(self.DATA[:self.CUT]))

    def test_an_answer_never_overtakes_an_active_data_connection(self):
        server = self.keep(ScriptedFtp(files={"file": b"data"}))
        network = {"hosts": {"ftp.test": at(server.port), "*": "unresolvable"},
                   "link": {"latency_ms": 100, "jitter_ms": 100}}
        self.start(None, "--time-scale", "0.1", scenario={"network": network}, MODE=0)
        for _ in range(20):
            self.assertEqual(self.line.get(), (b"data", "0"))

    def test_a_listing(self):
        self.start(self.cut_at(self.CUT))
        self.assertEqual(self.line.get("FTPLIST"), ((b"line\r\n" * 10_000)[:self.CUT], "79"))

    def test_the_ram_buffer(self):
        self.start(self.cut_at(self.CUT))
        self.assertEqual(self.line.run("FTPEXTGET", "FTPEXTGET=1"), "79")
        self.line.send("AT+FTPEXTGET=3,0,300000\r")
        self.line.expect(b"\r\n+FTPEXTGET: 3,%d\r\n" % self.CUT)
        self.assertEqual(digest(self.line.take(self.CUT)), digest(self.DATA[:self.CUT]))
        self.line.expect(OK)

    def test_stou_is_the_servers(self):
        for mode in (1, 0):
            with self.subTest(mode):
                server = self.keep(ScriptedFtp())
                self.start(server, PUTOPT="STOU", MODE=mode)
                self.assertEqual(self.line.put(self.DATA), "0")
                self.assertEqual([command[1:] for command in server.commands if command[1][:2] == "ST"],
                                 [("STOU", "new")])
                self.assertEqual(digest(server.files["new.1"]), digest(self.DATA))


if __name__ == "__main__":
    unittest.main()
