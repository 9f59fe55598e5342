# Whole flows of widely used drivers in field time, as each driver reads the line: what it takes for its answer, what it throws
# away, how long it waits.
# SPDX-License-Identifier: MIT
"""The hosts here wait as the drivers do; nothing else is measured."""
import re
import select
import time
import unittest

from ftp_servers import PASSWORD, USER, Pyftpdlib
from harness import BOOT, OK, AcceptanceTest, Host
from servers import Nginx, ScriptedServer, at, page
from traces import read_trace

BODY = b"".join(b"line %03d of a page\r\n" % number for number in range(120))


class Stream(Host):
    """A serial port as drivers see it: a byte, or none within a time."""

    def byte(self, seconds):
        if not self.buffer and select.select([self.descriptor], [], [], max(0, seconds))[0]:
            self.fill(time.monotonic() + 1)
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def purge(self):
        """What has come by now is thrown away."""
        while self.byte(0):
            pass


class TinyGsm:
    """TinyGSM's client for SIM800: results are looked for at the end of what has come, and whatever comes in between may be a
    URC. An answer's own name is the same as that of the URC (+CIPRXGET), so the first one that comes is taken for it."""

    def __init__(self, line):
        self.line = line
        self.got_data = self.connected = False
        self.available = 0

    def send(self, text):
        self.line.send("AT" + text + "\r\n")

    def wait(self, seconds=1.0, answers=(b"OK\r\n", b"ERROR\r\n")):
        """Which of the answers came, from 1; 0 for none."""
        data, give_up = b"", time.monotonic() + seconds
        while byte := self.line.byte(give_up - time.monotonic()):
            data += byte
            for number, answer in enumerate(answers, 1):
                if data.endswith(answer):
                    return number
            if data.endswith(b"\r\n+CIPRXGET:"):
                if self.until(b",").strip() == b"1":
                    self.until(b"\n")
                    self.got_data = True
                data = b""
            elif data.endswith(b", CLOSED\r\n"):
                self.connected = False
                data = b""
        return 0

    def until(self, mark):
        text = b""
        while not text.endswith(mark) and (byte := self.line.byte(1.0)):
            text += byte
        return text.removesuffix(mark)

    def number(self, mark):
        """Of what is no number, the digits it begins with."""
        return int(re.match(rb"\s*(\d*)", self.until(mark))[1] or 0)

    def ask(self, text, seconds=1.0):
        self.send(text)
        return self.wait(seconds) == 1

    def start(self):
        """init() and gprsConnect(): a step that fails ends them."""
        while not self.ask("", 0.2):
            pass
        steps = [("E0", 1), ("+CMEE=0", 1), ("+CLTS=1", 1), ("+CBATCHK=1", 1), ("+CIPSHUT", 0), ("+CGATT=0", 60),
                 ('+SAPBR=3,1,"Contype","GPRS"', 1), ('+SAPBR=3,1,"APN","CMNET"', 1), ('+CGDCONT=1,"IP","CMNET"', 1),
                 ("+CGATT=1", 60), ("+CGACT=1,1", 60), ("+SAPBR=1,1", 85), ("+SAPBR=2,1", 30), ("+CIPMUX=1", 1),
                 ("+CIPQSEND=1", 1), ("+CIPRXGET=1", 1), ('+CSTT="CMNET","",""', 60), ("+CIICR", 60), ("+CIFSR;E0", 10),
                 ('+CDNSCFG="8.8.8.8","8.8.4.4"', 1)]
        for text, seconds in steps:
            if seconds == 0:
                self.send(text)
                answered = self.wait(60, (b"SHUT OK\r\n",)) == 1
            else:
                answered = self.ask(text, seconds)
            assert answered, text

    def connect(self, host, port):
        self.send('+CIPSTART=0,"TCP","%s",%d' % (host, port))
        self.connected = self.wait(75, (b"CONNECT OK\r\n", b"CONNECT FAIL\r\n", b"ALREADY CONNECT\r\n", b"ERROR\r\n")) == 1
        return self.connected

    def print(self, data):
        self.maintain()
        self.send("+CIPSEND=0,%d" % len(data))
        if self.wait(1, (b">",)) != 1:
            return 0
        self.line.send(data)
        if self.wait(1, (b"\r\nDATA ACCEPT:",)) != 1:
            return 0
        self.until(b",")
        return self.number(b"\n")

    def maintain(self):
        if self.got_data:
            self.got_data = False
            self.send("+CIPRXGET=4,0")
            self.available = 0
            if self.wait(1, (b"+CIPRXGET:",)) == 1:
                self.until(b",")
                self.until(b",")
                self.available = self.number(b"\n")
                self.wait()
            if not self.available:
                self.connected = self.is_connected()
        while self.line.buffer or select.select([self.line.descriptor], [], [], 0)[0]:
            if not self.wait(0.015, ()):
                break

    def is_connected(self):
        self.send("+CIPSTATUS=0")
        self.wait(1, (b"+CIPSTATUS",))
        states = ("CONNECTED", "CLOSED", "CLOSING", "REMOTE CLOSING", "INITIAL")
        found = self.wait(1, [b',"%s"' % state.encode() for state in states])
        self.wait()
        return found == 1

    def read(self, size):
        self.send("+CIPRXGET=2,0,%d" % size)
        if self.wait(1, (b"+CIPRXGET:",)) != 1:
            return b""
        self.until(b",")
        self.until(b",")
        count, left = self.number(b","), self.number(b"\n")
        data = b"".join(self.line.byte(1.0) for _ in range(count))
        self.wait()
        self.available = left
        return data

    def web_client(self, host):
        """The sketch WebClient: what it prints of the page."""
        for text in "GET /page HTTP/1.1\r\n", "Host: %s\r\n" % host, "Connection: close\r\n\r\n", "\r\n":
            self.print(text.encode())  # the last one is one too many; what becomes of it the sketch does not ask
        answer, until, checked = b"", time.monotonic() + 10, 0
        while time.monotonic() < until:
            if time.monotonic() - checked > 0.5:  # it does not trust the module to announce data
                self.got_data, checked = True, time.monotonic()
            self.maintain()
            if self.available:
                answer += self.read(min(64, self.available))
                until = time.monotonic() + 10
            elif not self.connected:
                break
        self.ask("+CIPCLOSE=0,1")
        return answer


class Fona:
    """Adafruit's FONA: a command throws away what has come, and the next line that is not empty is the answer."""

    def __init__(self, line):
        self.line = line

    def read_line(self, seconds=0.5):
        text, give_up = b"", time.monotonic() + seconds
        while byte := self.line.byte(give_up - time.monotonic()):
            if byte == b"\n" and text:
                break
            if byte not in b"\r\n":
                text += byte
        return text.decode("latin-1")

    def ask(self, text, seconds=0.5):
        self.line.purge()
        self.line.send(text + "\r\n")
        return self.read_line(seconds)


class Flow(AcceptanceTest):
    def start(self, scenario=None, host=Stream):
        self.trace = self.path("trace")
        self.process = self.module("--pty", self.path("tty"), "--trace", self.trace, scenario=scenario, timing="typical",
                                   tcp=0)
        self.line = self.keep(host.pty(self.path("tty")))
        self.line.expect(BOOT)
        self.line.registered()

    def events(self):
        self.assertEqual(self.process.end(), 0)
        return read_trace(self.trace)

    def serve(self):
        nginx = self.keep(Nginx(self.dir, ""))
        nginx.put("page", BODY)
        return {"network": {"hosts": {"a.test": at(nginx.port), "*": "unresolvable"}}}

    def test_tinygsm_web_client(self):
        def talk(connection, _):  # the sketch sends an empty line too many
            connection.recv(2)
            connection.sendall(page(BODY))

        # It answers at once and closes: without a radio, all of that would come while the driver asks if there is anything.
        server = self.keep(ScriptedServer(talk))
        self.start({"network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}}})
        gsm = TinyGsm(self.line)
        gsm.start()
        for _ in range(3):
            self.assertTrue(gsm.connect("a.test", 80))
            self.assertEqual(gsm.web_client("a.test"), page(BODY))

    def test_fona(self):
        """It cannot skip a line that it does not expect."""
        self.start(self.serve())
        fona = Fona(self.line)
        fona.ask("ATE0")
        for text, seconds, answer in (
                ("AT", 0.5, "OK"), ("AT+CIPSHUT", 20, "SHUT OK"), ("AT+CGATT=1", 10, "OK"),
                ('AT+SAPBR=3,1,"CONTYPE","GPRS"', 10, "OK"), ('AT+SAPBR=3,1,"APN","CMNET"', 10, "OK"),
                ('AT+CSTT="CMNET"', 10, "OK"), ("AT+SAPBR=1,1", 30, "OK"), ("AT+CIICR", 10, "OK"),
                ("AT+HTTPTERM", 0.5, "ERROR"),
                ("AT+HTTPINIT", 0.5, "OK"), ('AT+HTTPPARA="CID",1', 0.5, "OK"), ('AT+HTTPPARA="UA","FONA"', 0.5, "OK"),
                ('AT+HTTPPARA="URL","a.test/page"', 0.5, "OK"), ("AT+HTTPACTION=0", 0.5, "OK")):
            self.assertEqual(fona.ask(text, seconds), answer, text)
        self.assertEqual(fona.read_line(10), "+HTTPACTION: 0,200,%d" % len(BODY))
        self.assertEqual(fona.ask("AT+HTTPREAD"), "+HTTPREAD: %d" % len(BODY))
        self.assertEqual(b"".join(self.line.byte(0.5) for _ in BODY), BODY)
        self.assertEqual((fona.read_line(), fona.ask("AT+HTTPTERM")), ("OK", "OK"))

    def test_fona_connection(self):
        server = self.keep(ScriptedServer(lambda connection, _: connection.sendall(page(BODY))))
        self.start({"network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}}})
        fona = Fona(self.line)
        fona.ask("ATE0")
        for text, seconds, answer in (("AT+CIPSHUT", 20, "SHUT OK"), ("AT+CGATT=1", 10, "OK"), ("AT+CIPMUX=0", 0.5, "OK"),
                                      ("AT+CIPRXGET=1", 0.5, "OK"),
                                      ('AT+CSTT="CMNET"', 10, "OK"), ("AT+CIICR", 10, "OK")):
            self.assertEqual(fona.ask(text, seconds), answer, text)
        self.assertRegex(fona.ask("AT+CIFSR"), r"\A10\.\d+\.\d+\.\d+\Z")
        self.assertEqual(fona.ask('AT+CIPSTART="TCP","a.test","80"'), "OK")
        self.assertEqual(fona.read_line(10), "CONNECT OK")
        request = b"GET /page HTTP/1.1\r\n\r\n"
        self.assertEqual(fona.ask("AT+CIPSEND=%d" % len(request)), "> ")
        self.line.send(request)
        self.assertEqual(fona.read_line(3), "SEND OK")
        answer = b""
        while len(answer) < len(page(BODY)):
            waiting = int(fona.ask("AT+CIPRXGET=4").removeprefix("+CIPRXGET: 4,"))
            fona.read_line()
            if waiting:
                count = int(fona.ask("AT+CIPRXGET=2,%d" % min(waiting, 100)).split(",")[1])
                answer += b"".join(self.line.byte(0.5) for _ in range(count))
        self.assertEqual(answer, page(BODY))

    def test_fona_message(self):
        self.start()
        fona = Fona(self.line)
        fona.ask("ATE0")
        self.assertEqual(fona.ask("AT+CMGF=1"), "OK")
        self.assertEqual(fona.ask('AT+CMGS="+420100"'), "> ")
        self.line.send("Hello by FONA\r\n\r\n\x1a")
        self.assertRegex(fona.read_line(10), r"\A(> )*\+CMGS: \d+\Z")
        self.assertEqual(fona.read_line(1), "OK")

    def test_lwcell_start(self):
        """It activates a context that it has never defined."""
        self.start()
        self.line.ok("ATE0")
        for text in "AT+CGACT=0", "AT+CGACT=1", "AT+CGATT=0", "AT+CGATT=1":
            self.line.send(text + "\r\n")
            self.line.expect(OK)
        self.line.send("AT+CIPSHUT\r\n")
        self.line.expect(b"\r\nSHUT OK\r\n")
        for text in "AT+CIPMUX=1", "AT+CIPHEAD=1", "AT+CIPSRIP=1", 'AT+CSTT="CMNET","",""', "AT+CIICR":
            self.line.send(text + "\r\n")
            self.line.expect(OK)
        self.line.send("AT+CIFSR\r\n")
        self.line.until(re.compile(rb"\A\r\n10\.\d+\.\d+\.\d+\r\n"))

    def test_esp_modem_power_down(self):
        """It waits 1000 ms for the last word."""
        self.start()
        self.line.say("AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n")
        events = self.events()
        asked, = (event["t"] for event in events if event.get("line") == "+CPOWD=1")
        said, = (event["t"] for event in events if event.get("text") == "NORMAL POWER DOWN")
        self.assertLess(said - asked, 0.9)

    def test_attentive_download(self):
        """It asks for the next block as soon as it has one, and takes no block, `+FTPGET: 2,0`, for a reason to wait for the URC:
        an ERROR would cost it the file."""
        server = self.keep(Pyftpdlib(self.dir))
        server.put("file", BODY)
        self.start({"network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}}})
        self.line.open_bearer()
        self.line.ok("AT+FTPCID=1", 'AT+FTPSERV="a.test"', 'AT+FTPUN="%s"' % USER, 'AT+FTPPW="%s"' % PASSWORD,
                     'AT+FTPGETNAME="file"', 'AT+FTPGETPATH="/"', "ATE0")
        self.line.send("AT+FTPGET=1\r")
        self.line.expect(OK)
        self.line.until(b"\r\n+FTPGET: 1,1\r\n")
        data, urc = b"", re.compile(rb"\r\n\+FTPGET: 1,(\d+)\r\n")
        block = re.compile(rb"\A(?:\r\n\+FTPGET: 1,1\r\n)*\r\n(?:\+FTPGET: 2,(\d+)|ERROR)\r\n")
        while True:
            self.line.send("AT+FTPGET=2,512\r")
            count = int(self.line.until(block)[1])
            data += self.line.take(count)
            self.line.expect(OK)
            if count == 0 and self.line.until(urc)[1] == b"0":
                break
        self.assertEqual(data, BODY)
        self.lines_come_by_themselves()

    def lines_come_by_themselves(self):
        """No URC leaves in the same piece as a result, nor right behind it."""
        written = [event for event in self.events() if event["event"] == "tx" and event["data"].strip()]
        for before, after in zip(written, written[1:]):
            if after["data"].startswith("\r\n+FTPGET: 1,"):
                self.assertGreaterEqual(after["t"] - before["t"], 0.010)
        self.assertFalse([event for event in written if re.search(r"OK\r\n\r\n\+FTPGET: 1,", event["data"])])


if __name__ == "__main__":
    unittest.main()
