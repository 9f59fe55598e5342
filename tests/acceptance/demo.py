# A tour of the main flows against servers on this machine; `./dev demo` runs it.
# SPDX-License-Identifier: MIT
import argparse
import contextlib
import os
import re
import sys
import tempfile

import harness
from ftp_servers import Pyftpdlib
from servers import Nginx, Tinyproxy, at, make_certificates, unused_port

PAGE = b"Hello from www.sim.com, which is nginx on this machine.\n"
PICTURE = bytes(range(256)) * 64  # 16,384 bytes


class Surprise(Exception):
    """The module did not answer as expected."""


class Screen:
    """The transcript: what the host sends is green, what the module says cyan."""

    def __init__(self, colour):
        self.colour = colour

    def show(self, text, style=""):
        print("\033[%sm%s\033[0m" % (style, text) if self.colour and style else text, flush=True)

    def chapter(self, title, *remarks):
        self.show("\n" + title, "1")
        for remark in remarks:
            self.show(remark, "2")

    def sent(self, text):
        self.show("  > " + text, "32")

    def said(self, text):
        self.show("  < " + text, "36")

    def payload(self, data):
        """Text as it is, other bytes as their number."""
        if re.fullmatch(rb"[\x20-\x7e\r\n]*", data):
            for line in data.decode().splitlines():
                self.show("  | " + line, "36")
        else:
            self.show("  | (%d bytes)" % len(data), "36")


class Tour:
    def __init__(self, screen, host):
        self.screen = screen
        self.host = host

    def hear(self, *patterns):
        """The module says lines that match these, in this order; returns the last match."""
        found = None
        for pattern in patterns:
            line = self.host.until(re.compile(rb"\A\r\n([^\r]*)\r\n"))[1].decode()
            self.screen.said(line)
            if not (found := re.fullmatch(pattern, line)):
                raise Surprise("expected %s" % pattern)
        return found

    def say(self, line, *patterns):
        """The host sends a line; the module says these, then OK."""
        self.screen.sent(line)
        self.host.send(line + "\r")
        self.host.expect(line.encode() + b"\r")
        return self.hear(*patterns, "OK")

    def fetch(self, method, status, length=r"\d+"):
        self.say("AT+HTTPACTION=%d" % method)
        return self.hear(r"\+HTTPACTION: %d,%d,%s" % (method, status, length))

    def read(self, wanted=None):
        self.screen.sent("AT+HTTPREAD")
        self.host.send("AT+HTTPREAD\r")
        self.host.expect(b"AT+HTTPREAD\r")
        data = self.host.take(int(self.hear(r"\+HTTPREAD: (\d+)")[1]))
        self.screen.payload(data)
        self.hear("OK")
        if wanted is not None and data != wanted:
            raise Surprise("expected %d other bytes" % len(wanted))
        return data

    # The chapters.

    def first_minute(self):
        self.screen.chapter("A stranger's first minute", "The module boots, says so, and looks for a network.")
        self.hear("RDY", r"\+CFUN: 1", r"\+CPIN: READY", "Call Ready", "SMS Ready")
        self.say("AT")
        self.say("ATI", "SIM800 R14.18")
        # On one line, so that nothing can happen in between.
        self.screen.sent("AT+CREG=1;+CREG?")
        self.host.send("AT+CREG=1;+CREG?\r")
        self.host.expect(b"AT+CREG=1;+CREG?\r")
        registered = self.hear(r"\+CREG: 1,([12])")[1] == "1"
        self.hear("OK")
        if not registered:
            self.hear(r"\+CREG: 1")
        self.say("AT+CREG=0")
        self.say("AT+CSQ;+COPS?", r"\+CSQ: 21,0", r'\+COPS: 0,0,"CHINA MOBILE"')

    def bearer(self):
        self.screen.chapter("A bearer", "The access point is one that the scenario knows; it gives the address.")
        self.say('AT+SAPBR=3,1,"CONTYPE","GPRS"')
        self.say('AT+SAPBR=3,1,"APN","CMNET"')
        self.say("AT+SAPBR=1,1")
        self.say("AT+SAPBR=2,1", r'\+SAPBR: 1,1,"10\.89\.193\.1"')

    def get(self):
        self.screen.chapter("GET", "The name is the firmware's; the scenario maps it to a server on this machine.")
        self.say("AT+HTTPINIT")
        self.say('AT+HTTPPARA="CID",1')
        self.say('AT+HTTPPARA="URL","www.sim.com"')
        self.fetch(0, 200, len(PAGE))
        self.read(PAGE)

    def post(self):
        self.screen.chapter("POST", "The buffer takes the body; DCD is low while it is awaited.")
        body = '{"temperature": 21.5}'
        line = "AT+HTTPDATA=%d,10000" % len(body)
        self.say('AT+HTTPPARA="CONTENT","application/json"')
        self.screen.sent(line)
        self.host.send(line + "\r")
        self.host.expect(line.encode() + b"\r")
        self.hear("DOWNLOAD")
        self.screen.sent(body)
        self.host.send(body)
        self.hear("OK")
        self.fetch(1, 200)
        self.read(b"application/json: %d bytes, thank you\n" % len(body))

    def head(self):
        self.screen.chapter("HEAD, with the header as data")
        self.say("AT+HTTPGETHEAD=1")
        self.fetch(2, 200)
        if not self.read().startswith(b"http/1.1 200 ok\r\n"):
            raise Surprise("expected a header in lower case")
        self.say("AT+HTTPGETHEAD=0")

    def proxy(self):
        self.screen.chapter("Through a proxy", "tinyproxy stands at 10.0.0.172; the server tells what came by.")
        self.say('AT+HTTPPARA="URL","www.sim.com/via"')
        self.say('AT+HTTPPARA="PROIP","10.0.0.172"')
        self.say('AT+HTTPPARA="PROPORT",80')
        self.fetch(0, 200)
        if b"tinyproxy" not in self.read():
            raise Surprise("expected the proxy's name")
        self.say('AT+HTTPPARA="PROPORT",0')

    def redirection(self):
        self.screen.chapter("A redirection", "Reported as it is, or followed.")
        self.say('AT+HTTPPARA="URL","www.sim.com/abcde"')
        self.fetch(0, 302)
        self.say('AT+HTTPPARA="REDIR",1')
        self.fetch(0, 200, len(PAGE))

    def resume(self):
        self.screen.chapter("Going on from byte 2000")
        self.say('AT+HTTPPARA="URL","HTTP://www.sim.com/img/sim_logo_jr_1003_38.gif"')
        self.say('AT+HTTPPARA="BREAK",2000')
        self.fetch(0, 206, 14384)
        self.read(PICTURE[2000:])
        self.say('AT+HTTPPARA="BREAK",0')

    def tls(self):
        self.screen.chapter("TLS", "The scenario lifts the firmware's TLS 1.0. Any certificate will do, until SSLOPT says otherwise.")
        self.say('AT+HTTPPARA="URL","https://secure.sim.com/page"')
        self.say("AT+HTTPSSL=1")
        self.fetch(0, 200, len(PAGE))
        self.say("AT+SSLOPT=0,0")
        self.fetch(0, 606, 0)
        self.say("AT+HTTPSSL=0")

    def failures(self):
        self.screen.chapter("What goes wrong in the field", "No such name, a refusing server, https without HTTPSSL.")
        for url, status in (("no-such-host.test", 603), ("refusing.test", 601), ("https://www.sim.com/", 603)):
            self.say('AT+HTTPPARA="URL","%s"' % url)
            self.fetch(0, status, 0)
        self.say("AT+HTTPTERM")

    def ftp(self):
        self.screen.chapter("FTP", "A file comes, a file goes, in blocks as the host asks for them.")
        self.say('AT+FTPSERV="ftp.sim.com";+FTPUN="sim.cs1";+FTPPW="secret"')
        self.say('AT+FTPGETNAME="1K.txt";+FTPGETPATH="/";+FTPPUTNAME="log.txt";+FTPPUTPATH="/"')
        self.say("AT+FTPGET=1")
        self.hear(r"\+FTPGET: 1,1")
        self.screen.sent("AT+FTPGET=2,1460")
        self.host.send("AT+FTPGET=2,1460\r")
        self.host.expect(b"AT+FTPGET=2,1460\r")
        data = self.host.take(int(self.hear(r"\+FTPGET: 2,(\d+)")[1]))
        self.screen.payload(data)
        self.hear("OK")
        if data != PAGE:
            raise Surprise("the file was another: %r" % data)
        self.hear(r"\+FTPGET: 1,0")
        self.say("AT+FTPPUT=1")
        self.hear(r"\+FTPPUT: 1,1,1360")
        self.screen.sent("AT+FTPPUT=2,5")
        self.host.send("AT+FTPPUT=2,5\r")
        self.host.expect(b"AT+FTPPUT=2,5\r")
        self.hear(r"\+FTPPUT: 2,5")
        self.host.send("hello")
        self.hear("OK", r"\+FTPPUT: 1,1,1360")
        self.say("AT+FTPPUT=2,0")
        self.hear(r"\+FTPPUT: 1,0")

    def ftp_failures(self):
        self.screen.chapter("FTP in the field", "A wrong password, and a server that never answers.")
        self.say('AT+FTPPW="3214567"')
        self.say("AT+FTPGET=1")
        self.hear(r"\+FTPGET: 1,72")
        self.say('AT+FTPSERV="silent.test"')
        self.say("AT+FTPGET=1")
        self.hear(r"\+FTPGET: 1,64")

    def radio_off(self):
        self.screen.chapter("The radio goes off", "and takes the bearer with it.")
        self.say("AT+CFUN=0", r"\+SAPBR 1: DEACT", r"\+CPIN: NOT READY")
        self.say("AT+SAPBR=2,1", r'\+SAPBR: 1,3,"0\.0\.0\.0"')

    def go(self):
        for chapter in (self.first_minute, self.bearer, self.get, self.post, self.head, self.proxy, self.redirection,
                        self.resume, self.tls, self.failures, self.ftp, self.ftp_failures, self.radio_off):
            chapter()


def start_servers(keep, folder):
    """The scenario's host map."""
    server = """
        location = / { if ($request_method = POST) { return 200 "$content_type: $content_length bytes, thank you\\n"; }
                       try_files /page =404; }
        location = /via { return 200 "This request came by way of $http_via\\n"; }
        location = /abcde { return 302 http://www.sim.com/; }"""
    plain = keep(Nginx(folder, server))
    secure = keep(Nginx(folder, "", make_certificates(folder)))
    for nginx in (plain, secure):
        nginx.put("page", PAGE)
    plain.put("img/sim_logo_jr_1003_38.gif", PICTURE)
    proxy = keep(Tinyproxy(folder, plain.port))
    ftp = keep(Pyftpdlib(folder))
    ftp.put("1K.txt", PAGE)
    holder, nobody = unused_port()
    keep(holder)
    return {"www.sim.com": at(plain.port), "secure.sim.com": at(secure.port), "10.0.0.172": at(proxy.port),
            "ftp.sim.com": at(ftp.port), "silent.test": "blackhole", "refusing.test": at(nobody), "*": "unresolvable"}


def main():
    options = argparse.ArgumentParser(description="A tour of the module against servers on this machine.")
    options.add_argument("sim800", help="the program")
    options.add_argument("--time-scale", default="0.1", help="0.1: ten times as fast as hardware")
    options.add_argument("--no-colour", action="store_true")
    chosen = options.parse_args()
    harness.SIM800 = os.path.abspath(chosen.sim800)
    screen = Screen(sys.stdout.isatty() and not chosen.no_colour)
    with contextlib.ExitStack() as stack:
        def keep(thing):
            stack.callback(getattr(thing, "close", None) or thing.end)
            return thing
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sim800-demo-"))
        network = {"apns": {"CMNET": {"ip": "10.89.193.1"}}, "hosts": start_servers(keep, folder)}
        link = os.path.join(folder, "sim800.tty")
        scenario = {"module": harness.MODERN_TLS, "network": network}
        keep(harness.Module(folder, "--pty", link, "--time-scale", chosen.time_scale, scenario=scenario,
                            timing="typical", tcp=0))
        try:
            Tour(screen, keep(harness.Host.pty(link))).go()
        except (Surprise, AssertionError) as problem:
            screen.show("\nNot as it should be: %s" % problem, "31")
            return 1
    screen.chapter("All of it answered as it should.", "Now your firmware: ./dev run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
