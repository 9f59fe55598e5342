# What stands for the firmware under test here: it drives a module over a serial line.
# SPDX-License-Identifier: MIT
import os
import re
import select

PATIENCE = 60  # seconds


class Firmware:
    def __init__(self, tty):
        self.line = os.open(tty, os.O_RDWR | os.O_NOCTTY)
        self.input = ""

    def close(self):
        os.close(self.line)

    def send(self, text, end="\r"):
        data = (text + end).encode("latin-1")
        while data:
            data = data[os.write(self.line, data):]

    def until(self, pattern):
        """Reads up to the end of what the pattern matches; all of that."""
        while not (found := re.search(pattern, self.input)):
            if not select.select([self.line], [], [], PATIENCE)[0]:
                raise TimeoutError("no %s after %r" % (pattern, self.input[-500:]))
            self.input += os.read(self.line, 65536).decode("latin-1")
        taken, self.input = self.input[:found.end()], self.input[found.end():]
        return taken

    def ask(self, line):
        """The answer, with its final result."""
        self.send(line)
        return self.until(r"\r\n(OK|ERROR|\+CM[ES] ERROR: .*)\r\n")

    def open_bearer(self):
        self.ask('AT+SAPBR=3,1,"APN","CMNET"')
        self.ask("AT+SAPBR=1,1")

    def post(self, url, body="report"):
        """The status of +HTTPACTION."""
        self.start_post(url, body)
        return self.http_status()

    def start_post(self, url, body="report"):
        for line in "AT+HTTPINIT", 'AT+HTTPPARA="CID",1', 'AT+HTTPPARA="URL","%s"' % url:
            self.ask(line)
        self.send("AT+HTTPDATA=%d,10000" % len(body))
        self.until("DOWNLOAD\r\n")
        self.send(body, end="")
        self.until("OK\r\n")
        self.ask("AT+HTTPACTION=1")

    def http_status(self):
        status = int(self.until(r"\+HTTPACTION: 1,\d+,\d+\r\n").split(",")[1])
        self.ask("AT+HTTPTERM")
        return status

    def upload(self, server, name, data):
        """0, or the code that +FTPPUT: 1 ends with."""
        for line in ("AT+FTPCID=1", 'AT+FTPSERV="%s"' % server, 'AT+FTPUN="me"', 'AT+FTPPW="secret"', 'AT+FTPPUTPATH="/"',
                     'AT+FTPPUTNAME="%s"' % name, "AT+FTPPUT=1"):
            self.ask(line)
        while data:
            told = self.until(r"\+FTPPUT: 1,(1,\d+|\d+)\r\n")
            if ",1," not in told:
                return int(told.strip().rpartition(",")[2])
            size = min(len(data), int(told.strip().rpartition(",")[2]))
            self.send("AT+FTPPUT=2,%d" % size)
            answer = self.until(r"\+FTPPUT: 2,\d+\r\n|ERROR\r\n")
            if "ERROR" in answer:
                self.input = answer + self.input
                return int(self.until(r"\+FTPPUT: 1,\d\d\r\n").strip().rpartition(",")[2])
            self.send(data[:size], end="")
            data = data[size:]
            self.until("OK\r\n")
        self.until(r"\+FTPPUT: 1,1,\d+\r\n")
        self.ask("AT+FTPPUT=2,0")
        return int(self.until(r"\+FTPPUT: 1,\d+\r\n").strip().rpartition(",")[2])
