#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Modules under random seeded faults move data through real servers for some time: nothing may be lost, nothing may grow.

Usage: soak.py [--modules N] [--seed N] MINUTES

All modules are in one process and on one network.  Each has a host that picks what to do next at random: HTTP GET and POST,
FTP get and put, an echo over TCP, messages to itself and to the others, calls, mail out and in.  What the module calls a
success is compared by its hash at both ends; what it calls a failure has to be a code of its own.  Prints a table, and how memory, descriptors and threads went.  Exit status 1: something was
lost, a module died or grew.
"""
import argparse
import collections
import hashlib
import os
import random
import re
import sys
import tempfile
import threading
import time

from ftp_servers import PASSWORD, USER, Pyftpdlib
from harness import DEADLINE, MODERN_TLS, OK, Host, Module, Usage
from mail_servers import Dovecot, Smtp
from mail_servers import PASSWORD as MAIL_PASSWORD
from mail_servers import USER as MAIL_USER
from servers import Nginx, ScriptedServer, at, make_certificates, page
from sockets import TcpServer, echo, pattern

PAGES = [pattern(size, size) for size in (0, 1, 137, 1460, 40_000, 300_000)]
MAILS = [b"Subject: %d\r\n\r\n%s\r\n" % (size, pattern(size, size).hex().encode()) for size in (10, 700, 1300)]

# What may go wrong in any step; each has a code or a line of its own by which the host hears of it.
FAULTS = [
    {"on": {"http": {"phase": "connect"}}, "do": {"connection": "reset"}, "probability": 0.05},
    {"on": {"http": {"phase": "data", "after_bytes": 1000}}, "do": {"connection": "reset"}, "probability": 0.05},
    {"on": {"http": {}}, "do": {"http_status": 503}, "probability": 0.05},
    {"on": {"ftp": {"phase": "login"}}, "do": {"ftp_error": 72}, "probability": 0.05},
    {"on": {"ftp": {"phase": "data", "after_bytes": 2000}}, "do": {"connection": "reset"}, "probability": 0.05},
    {"on": {"socket": {"phase": "connect"}}, "do": {"connection": "reset"}, "probability": 0.05},
    {"on": {"socket": {"phase": "data", "after_bytes": 5000}}, "do": {"connection": "close"}, "probability": 0.1},
    {"on": {"http": {"phase": "data", "after_bytes": 500}}, "do": {"link": {"latency_ms": 40, "jitter_ms": 20}, "for": "2s"}, "probability": 0.05},
    {"on": {"command": "AT+CSQ"}, "do": {"urc": "+CREG: 1"}, "probability": 0.2},
    {"on": {"command": "AT+CSQ"}, "do": {"bearer": "lost"}, "probability": 0.1},
    {"on": {"command": "AT+CSQ"}, "do": {"pdp": "deactivated"}, "probability": 0.05},
    {"on": {"command": "AT+CSQ"}, "do": {"delay": "50ms"}, "probability": 0.2},
]
RAW = re.compile(r"\+(?:HTTPREAD: (\d+)|FTPGET: 2,(\d+)|CIPRXGET: 2,\d,(\d+),\d+|POP3READ: [12],(\d+))")
FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR: .*|DOWNLOAD|SHUT OK|DATA ACCEPT:.*|\d, SEND FAIL|\d, CLOSE OK")


class Refused(Exception):
    """The module says no, or that something failed; the code counts."""


class Driver(Host):
    """Commands and what comes unasked, whatever the order; echo is off."""

    def __init__(self, descriptor, owner=None, out=None):
        super().__init__(descriptor, owner, out)
        self.unasked = collections.deque()
        self.messages = collections.Counter()  # that have come in
        self.imei = None
        self.before = ""

    def line(self):
        """The next line that is not empty, and the bytes it announces."""
        while True:
            text = self.until(re.compile(rb"([^\r\n]*)\r\n"))[1].decode("latin-1")
            self.seen = self.seen[-4000:]
            if text:
                break
        if self.before.startswith("+CMT:"):
            self.messages[text] += 1
        self.before = text
        found = RAW.fullmatch(text)
        return text, self.take(int(next(filter(None, found.groups()), 0))) if found else b""

    def command(self, line, wanted=("OK",)):
        """(lines, bytes) of the answer; Refused if it ends otherwise."""
        self.send(line + "\r")
        lines, data = [], b""
        while True:
            text, more = self.line()
            data += more
            if FINAL.fullmatch(text):
                if text.startswith(wanted):
                    return lines, data
                raise Refused("%s: %s" % (line.partition("=")[0], text))
            lines.append(text)
            self.unasked.append(text)

    def await_line(self, pattern):
        """The match of the next line that fits, of those that came already or are to come."""
        while True:
            while self.unasked:
                if found := re.fullmatch(pattern, self.unasked.popleft()):
                    return found
            self.unasked.append(self.line()[0])

    def forget(self):
        self.unasked.clear()

    def settle(self):
        """Asks for what nothing else says: whatever was left over has gone by."""
        self.send("AT+CGSN\r")
        while not re.fullmatch(r"\d{15}", self.line()[0]):
            pass
        while self.line()[0] != "OK":
            pass


class Servers:
    """What the modules talk to, and what has arrived there."""

    def __init__(self, folder):
        self.posted = {}
        self.web = Nginx(folder, "")
        for number, data in enumerate(PAGES):
            self.web.put(str(number), data)
        self.post = ScriptedServer(self.take_post)
        self.post.requests = collections.deque(maxlen=1)
        self.ftp = Pyftpdlib(folder)
        for number, data in enumerate(PAGES):
            self.ftp.put(str(number), data)
        self.echo = TcpServer(echo)
        self.smtp = Smtp()
        certificate = make_certificates(folder)
        self.pop3 = Dovecot(folder, MAILS, certificate)
        self.all = (self.web, self.post, self.ftp, self.echo, self.smtp, self.pop3)

    def take_post(self, connection, request):
        head, _, body = request.partition(b"\r\n\r\n")
        self.posted[re.match(rb"POST /(\S+) ", head)[1].decode()] = hashlib.sha256(body).digest()
        connection.sendall(page(b"taken"))

    def hosts(self):
        return {"web.test": at(self.web.port), "post.test": at(self.post.port), "ftp.test": at(self.ftp.port),
                "echo.test": at(self.echo.port), "smtp.test": at(self.smtp.port), "pop.test": at(self.pop3.port),
                "*": "unresolvable"}

    def close(self):
        for server in self.all:
            server.close()


class Soaker(threading.Thread):
    """The host of one module."""

    def __init__(self, number, address, servers, seed, until, total, all_soakers):
        super().__init__(daemon=True)
        self.number, self.servers, self.until_time, self.total = number, servers, until, total
        self.random = random.Random("%d %d" % (seed, number))
        self.serial = 0
        self.all_soakers, self.own_number = all_soakers, None
        self.expected = collections.Counter()  # messages that the others have sent here
        self.over = threading.Barrier(1)
        self.driver = Driver.tcp(address)
        self.problem = None

    def run(self):
        steps = [step for name, step in sorted(vars(Soaker).items()) if name.startswith("do_")]
        try:
            self.driver.until(b"SMS Ready\r\n")
            self.driver.send("ATE0\r")
            self.driver.until(OK)
            for line in ("AT+CMGF=1", "AT+CNMI=2,2,0,0,0", 'AT+SAPBR=3,1,"APN","CMNET"', "AT+CIPMUX=1", "AT+CIPRXGET=1",
                         "AT+CIPQSEND=1", "ATS0=1"):
                self.driver.command(line)
            self.own_number = re.search(r'"(\+\d+)"', "".join(self.driver.command("AT+CNUM")[0]))[1]
            self.over.wait()
            while time.monotonic() < self.until_time:
                self.step(self.random.choice(steps))
            self.over.wait()
            give_up = time.monotonic() + DEADLINE
            while self.expected - self.driver.messages and time.monotonic() < give_up:
                self.driver.settle()
            if lost := self.expected - self.driver.messages:
                raise AssertionError("%d messages are lost: %s" % (len(lost), list(lost)[:5]))
            if doubled := [text for text, count in self.driver.messages.items() if count > 1]:
                raise AssertionError("messages came twice: %s" % doubled[:5])
        except Exception as problem:  # pylint: disable=broad-except
            self.over.abort()
            self.problem = "module %d: %s: %s" % (self.number, type(problem).__name__, problem)

    def step(self, step):
        name = step.__name__.removeprefix("do_")
        self.total[name, "tried"] += 1
        self.driver.forget()
        try:
            self.driver.command("AT+CSQ")
            step(self)
            self.total[name, "well"] += 1
        except Refused as refusal:
            self.total[name, "refused"] += 1
            self.total["codes", str(refusal)] += 1
            self.clean_up()

    def clean_up(self):
        for line in ("ATH", "AT+HTTPTERM", "AT+FTPQUIT", "AT+CIPCLOSE=0", "AT+CIPSHUT", "AT+POP3OUT"):
            try:
                self.driver.command(line, ("OK", "SHUT OK", "0, CLOSE OK"))
            except Refused:
                pass  # there was nothing to end
        self.driver.settle()

    def bytes_moved(self, count):
        self.total["bytes", "moved"] += count

    def same(self, what, got, wanted):
        if got != wanted:
            raise AssertionError("%s: %d bytes instead of %d, or others" % (what, len(got), len(wanted)))
        self.bytes_moved(len(wanted))

    def bearer(self):
        lines, _ = self.driver.command("AT+SAPBR=2,1")
        if "+SAPBR: 1,1," not in "".join(lines):
            self.driver.command("AT+SAPBR=1,1")

    def some(self, most):
        self.serial += 1
        return pattern(self.random.randrange(most), self.number * 1_000_000 + self.serial)

    # --- what a host does

    def http(self, url):
        self.bearer()
        for line in ("AT+HTTPINIT", 'AT+HTTPPARA="CID",1', 'AT+HTTPPARA="URL","%s"' % url):
            self.driver.command(line)

    def action(self, method):
        self.driver.command("AT+HTTPACTION=%d" % method)
        status, length = self.driver.await_line(r"\+HTTPACTION: \d,(\d+),(\d+)").groups()
        if status not in ("200", "204"):
            raise Refused("HTTPACTION: " + status)
        return int(length)

    def do_http_get(self):
        number = self.random.randrange(len(PAGES))
        self.http("http://web.test/%d" % number)
        if self.action(0) != len(PAGES[number]):
            raise AssertionError("HTTP GET: another length")
        self.same("HTTP GET", self.driver.command("AT+HTTPREAD")[1], PAGES[number])
        self.driver.command("AT+HTTPTERM")

    def do_http_post(self):
        data = self.some(50_000) + b"."
        name = "%d-%d" % (self.number, self.serial)
        self.http("http://post.test/" + name)
        self.driver.command("AT+HTTPDATA=%d,60000" % len(data), ("DOWNLOAD",))
        self.driver.send(data)
        if self.driver.line()[0] != "OK":
            raise AssertionError("HTTPDATA: no OK")
        self.action(1)
        self.driver.command("AT+HTTPTERM")
        if self.servers.posted.pop(name, None) != hashlib.sha256(data).digest():
            raise AssertionError("HTTP POST: the server has something else")
        self.bytes_moved(len(data))

    def ftp(self, **parameters):
        self.bearer()
        for name, value in {"SERV": "ftp.test", "UN": USER, "PW": PASSWORD, "GETPATH": "/", "PUTPATH": "/",
                            **parameters}.items():
            self.driver.command('AT+FTP%s="%s"' % (name, value))

    def ftp_says(self, command):
        code = self.driver.await_line(r"\+%s: 1,(\d+)(?:,\d+)?" % command)[1]
        if code not in "01":
            raise Refused("%s: %s" % (command, code))
        return code == "1"

    def do_ftp_get(self):
        number = self.random.randrange(len(PAGES))
        self.ftp(GETNAME=number)
        self.driver.command("AT+FTPGET=1")
        pieces = []
        while self.ftp_says("FTPGET"):
            while True:
                try:
                    _, data = self.driver.command("AT+FTPGET=2,1460")
                except Refused:  # the end came before the question: it is announced
                    break
                if not data:
                    break
                pieces.append(data)
        self.same("FTP get", b"".join(pieces), PAGES[number])

    def do_ftp_put(self):
        data = self.some(30_000)
        name = "%d-%d" % (self.number, self.serial)
        self.ftp(PUTNAME=name)
        self.driver.command("AT+FTPPUT=1")
        for start in range(0, len(data), 1360):
            self.put_block(data[start:start + 1360])
        self.put_block(b"")
        self.driver.await_line(r"\+FTPPUT: 1,0")
        self.same("FTP put", self.servers.ftp.get(name), data)
        os.unlink(os.path.join(self.servers.ftp.files, name))

    def put_block(self, block):
        if not self.ftp_says("FTPPUT"):
            raise AssertionError("FTP put: over too early")
        self.driver.send("AT+FTPPUT=2,%d\r" % len(block) if block else "AT+FTPPUT=2,0\r")
        while (text := self.driver.line()[0]) not in ("OK", "ERROR"):
            self.driver.unasked.append(text)
            if text == "+FTPPUT: 2,%d" % len(block):
                self.driver.send(block)
        if text == "ERROR":
            self.ftp_says("FTPPUT")
            raise AssertionError("FTP put: refused without a code")

    def do_echo(self):
        """What comes back is what went out; a connection that ends early gives the beginning of it."""
        state = self.driver.command("AT+CIPSTATUS=0")[0]
        if "CONNECTED" in "".join(state):
            raise AssertionError("a connection is left over")
        try:
            self.driver.command("AT+CIPSHUT", ("SHUT OK",))
            for line in ('AT+CSTT="CMNET"', "AT+CIICR"):
                self.driver.command(line)
            self.driver.send("AT+CIFSR\r")
            self.driver.await_line(r"\d+\.\d+\.\d+\.\d+")
            self.driver.command('AT+CIPSTART=0,"TCP","echo.test",7')
            if self.driver.await_line(r"0, (CONNECT OK|CONNECT FAIL)")[1] != "CONNECT OK":
                raise Refused("CIPSTART: CONNECT FAIL")
        finally:
            self.driver.settle()
        data = self.some(12_000) + b"."
        back = b""
        for start in range(0, len(data), 1460):
            block = data[start:start + 1460]
            self.driver.send("AT+CIPSEND=0,%d\r" % len(block))
            if self.prompted():
                self.driver.send(block)
                while not FINAL.fullmatch(text := self.driver.line()[0]):
                    self.driver.unasked.append(text)
            while len(back) < start + len(block):
                try:
                    _, more = self.driver.command("AT+CIPRXGET=2,0,1460")
                except Refused as refusal:
                    self.is_beginning(back, data)
                    raise refusal
                back += more
                if not more:
                    self.wait_for_data()
        self.driver.command("AT+CIPCLOSE=0", ("0, CLOSE OK",))
        self.same("echo", back, data)

    def is_beginning(self, back, data):
        if not data.startswith(back):
            raise AssertionError("echo: other bytes")

    def prompted(self):
        """Whether "> " comes, rather than a refusal."""
        found = self.driver.until(re.compile(rb"\r\n> |(?:ERROR[^\r]*)\r\n"))
        for text in re.findall(rb"\+CMT: [^\r]*\r\n([^\r]*)\r\n", found.string[:found.start()]):
            self.driver.messages[text.decode()] += 1
        return found[0] == b"\r\n> "

    def wait_for_data(self):
        if self.driver.await_line(r"\+CIPRXGET: 1,0|0, CLOSED|\+PDP: DEACT")[0] != "+CIPRXGET: 1,0":
            try:
                self.driver.command("AT+CIPRXGET=4,0")
            except Refused:
                pass
            raise Refused("CLOSED")

    def submit(self, number, text):
        self.driver.send('AT+CMGS="%s"\r' % number)
        if not self.prompted():
            raise Refused("CMGS")
        self.driver.send(text + "\x1a")
        while not FINAL.fullmatch(line := self.driver.line()[0]):
            self.driver.unasked.append(line)
        if line != "OK":
            raise Refused("CMGS: " + line)
        self.bytes_moved(len(text))

    def do_sms(self):
        self.serial += 1
        text = "%d/%d" % (self.number, self.serial)
        self.submit(self.own_number, text)
        while not self.driver.messages[text]:
            self.driver.unasked.append(self.driver.line()[0])

    def do_sms_to_another(self):
        self.serial += 1
        text = "%d/%d" % (self.number, self.serial)
        other = self.random.choice(self.all_soakers)
        other.expected[text] += 1
        try:
            self.submit(other.own_number, text)
        except Refused:
            del other.expected[text]
            raise

    def do_call(self):
        other = self.random.choice([each for each in self.all_soakers if each is not self] or [self])
        self.driver.settle()
        self.driver.send("ATD%s;\r" % other.own_number)
        while (text := self.driver.line()[0]) not in ("OK", "BUSY", "NO CARRIER", "NO ANSWER", "ERROR"):
            self.driver.unasked.append(text)
        if text != "OK":
            raise Refused("ATD: " + text)
        self.driver.command("AT+CLCC")
        self.driver.command("ATH")

    def do_mail_out(self):
        self.bearer()
        body = self.some(300).hex()[:1000] + "."
        subject = "%d-%d" % (self.number, self.serial)
        for line in ("AT+EMAILCID=1", 'AT+SMTPSRV="smtp.test",25', 'AT+SMTPFROM="me@mail.test","Me"',
                     'AT+SMTPRCPT=0,0,"john@mail.test","John"', 'AT+SMTPSUB="%s"' % subject):
            self.driver.command(line)
        self.driver.command("AT+SMTPBODY=%d" % len(body), ("DOWNLOAD",))
        self.driver.send(body)
        if self.driver.line()[0] != "OK":
            raise AssertionError("SMTPBODY: no OK")
        self.driver.command("AT+SMTPSEND")
        code = self.driver.await_line(r"\+SMTPSEND: (\d+)")[1]
        if code != "1":
            raise Refused("SMTPSEND: " + code)
        mine = [mail for mail in self.servers.smtp.mails if b"Subject: %s\r\n" % subject.encode() in mail.content]
        if len(mine) != 1 or body.encode() not in mine[0].content.replace(b"\r\n", b""):
            raise AssertionError("mail: it arrived %d times, or changed" % len(mine))
        self.servers.smtp.mails.remove(mine[0])
        self.bytes_moved(len(body))

    def do_mail_in(self):
        self.bearer()
        number = self.random.randrange(len(MAILS))
        for line in ("AT+EMAILCID=1", 'AT+POP3SRV="pop.test","%s","%s"' % (MAIL_USER, MAIL_PASSWORD), "AT+POP3IN"):
            self.driver.command(line)
        code = self.driver.await_line(r"\+POP3IN: (\d+)")[1]
        if code != "1":
            raise Refused("POP3IN: " + code)
        self.driver.command("AT+POP3CMD=4,%d" % (number + 1))
        code = self.driver.await_line(r"\+POP3CMD: (\d+)")[1]
        if code != "1":
            raise Refused("POP3CMD: " + code)
        data = b""
        while True:
            lines, more = self.driver.command("AT+POP3READ=1460")
            data += more
            if any(line.startswith("+POP3READ: 2,") for line in lines):
                break
            if len(more) < 1460:
                self.driver.await_line(r"\+POP3READ: 3,\d+")
        self.driver.command("AT+POP3OUT")
        self.driver.await_line(r"\+POP3OUT: \d+")
        if not any(data.endswith(mail + b".\r\n") for mail in MAILS):
            raise AssertionError("mail: it came otherwise than it is stored: %r" % data[:300])
        self.bytes_moved(len(data))


def slope(points):
    """By least squares, of the second half: a start is no growth."""
    points = points[len(points) // 2:]
    if len(points) < 3:
        return 0.0
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def soak(folder, options):
    servers = Servers(folder)
    total = collections.Counter()
    until = time.monotonic() + options.minutes * 60
    scenario = {"module": MODERN_TLS, "network": {"hosts": servers.hosts()}, "faults": FAULTS}
    module = Module(folder, "--seed", str(options.seed), "--modules", str(options.modules), "--tcp", "127.0.0.1:0+",
                    scenario=scenario, tcp=0)
    usage = Usage(module.pid)
    soakers = []
    for number, address in enumerate(module.tcp):
        soakers.append(Soaker(number, address, servers, options.seed, until, total, soakers))
    barrier = threading.Barrier(len(soakers))
    for soaker in soakers:
        soaker.over = barrier
    for soaker in soakers:
        soaker.start()
    while any(soaker.is_alive() for soaker in soakers):
        usage.sample()
        soakers[0].join(2)
    for soaker in soakers:
        soaker.join()
    problems = [soaker.problem for soaker in soakers if soaker.problem]
    usage.sample()
    if status := module.end():
        problems.append("exit status %s" % status)
    servers.close()
    return total, usage, problems


def report(options, total, usage, problems):
    print("%d modules, %g minutes, seed %d" % (options.modules, options.minutes, options.seed))
    print("%-12s %9s %9s %9s" % ("", "tried", "well", "refused"))
    for name in sorted({name for name, _ in total} - {"bytes", "codes"}):
        print("%-12s %9d %9d %9d" % (name, *(total[name, column] for column in ("tried", "well", "refused"))))
    print("bytes compared at both ends: {:,}".format(total["bytes", "moved"]))
    for (_, code), count in sorted(item for item in total.items() if item[0][0] == "codes"):
        print("  refused with %-30s %6d" % (code, count))
    for name, points in usage.points.items():
        first, last, change = points[len(points) // 2][1], points[-1][1], slope(points)
        print("%-14s %9d at half time, %9d at the end, %+.2f a minute" % (name, first, last, change))
        # What malloc keeps goes up and down by some per cent; short runs are not long enough to tell.
        # What is in use at a moment does so, too: it grows if there is more of it at the end, too, when all are idle.
        grown = change * options.minutes / 2
        if options.minutes >= 10 and last > first and grown > max(first, 100) * 0.05:
            problems.append("%s: grows by %.2f a minute" % (name, change))
    for problem in problems:
        print("PROBLEM: " + problem)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--modules", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sim800-soak-") as folder:
        total, usage, problems = soak(folder, options)
    report(options, total, usage, problems)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
