# What stands in for ./test-firmware of docs/cookbook.md: for each recipe a firmware that makes the mistake, and one that
# does not.
# SPDX-License-Identifier: MIT
"""Started as `stand_ins.py RECIPE good|naive`. They wait for bytes; where a real firmware has to have a time limit, its
length decides nothing here."""
import os
import re
import select
import subprocess
import sys
import time

from harness import DEADLINE, Host

FINAL = re.compile(rb"\r\n(?:OK|ERROR|NO CARRIER|BUSY|\+CM[ES] ERROR: \d+)\r\n")
OK = b"\r\nOK\r\n"
RECORD = b"0123456789" * 130  # 1300 bytes


class Modem:
    def __init__(self):
        self.line = Host.pty(os.environ["SIM800_TTY"])

    def ask(self, command, end=FINAL):
        """Everything up to the final result."""
        self.line.send(command + "\r")
        return self.until(end)

    def until(self, end):
        begin = len(self.line.seen) - len(self.line.buffer)
        self.line.until(end)
        return self.line.seen[begin:len(self.line.seen) - len(self.line.buffer)]

    def ok(self, *commands):
        """Each as often as it takes."""
        for command in commands:
            while not self.ask(command).endswith(OK):
                pass

    def patient(self, command, seconds=1.0):
        """As `ask`, or nothing if the answer does not come in time."""
        self.line.send(command + "\r")
        give_up = time.monotonic() + seconds
        while not FINAL.search(self.line.buffer):
            if not select.select([self.line.descriptor], [], [], max(0, give_up - time.monotonic()))[0]:
                self.line.buffer = b""
                return b""
            self.line.fill(give_up + DEADLINE)
        return self.until(FINAL)

    def registered(self, states=b"15"):
        while not re.search(rb"\+CREG: 0,[%s]\r" % states, self.ask("AT+CREG?")):
            pass

    def open_bearer(self):
        self.registered()
        self.ok("AT+SAPBR=1,1")

    def http(self, method=1):
        """One request; its status and length."""
        self.ok("AT+HTTPACTION=%d" % method)
        found = re.search(rb"\+HTTPACTION: \d,(\d+),(\d+)\r\n", self.until(re.compile(rb"\+HTTPACTION: [^\r]*\r\n")))
        return int(found[1]), int(found[2])

    def http_session(self):
        self.open_bearer()
        self.ok("AT+HTTPINIT", 'AT+HTTPPARA="URL","www.example.com/record"')

    def ftp_session(self):
        self.open_bearer()
        self.ok("AT+FTPCID=1", 'AT+FTPSERV="ftp.example"', 'AT+FTPUN="sim.cs1"', 'AT+FTPPW="secret"', 'AT+FTPPUTPATH="/"')

    def upload(self, name, size):
        """The code of what ended it; 0: the server has the file."""
        ended = re.compile(rb"\+FTPPUT: 1,(\d+)(?:,\d+)?\r\n")
        self.ok('AT+FTPPUTNAME="%s"' % name, "AT+FTPPUT=1")
        said = self.until(ended)
        while size > 0 and b"+FTPPUT: 1,1," in said:
            block = min(size, 1360)
            said = self.ask("AT+FTPPUT=2,%d" % block, re.compile(rb"\+FTPPUT: (?:2,\d+|1,\d+)\r\n|ERROR\r\n"))
            if b"+FTPPUT: 2," not in said:
                break
            self.line.send(b"x" * block)
            said = self.until(ended)
            size -= block
        else:
            if b"+FTPPUT: 1,1," in said:
                self.line.send("AT+FTPPUT=2,0\r")
                said = self.until(re.compile(rb"\+FTPPUT: 1,\d+\r\n"))
        return int(ended.search(said)[1]) if ended.search(said) else 61

    def connect(self):
        self.ok('AT+CSTT="internet"', "AT+CIICR")
        self.ask("AT+CIFSR", re.compile(rb"\d+\.\d+\.\d+\.\d+\r\n"))
        self.ask('AT+CIPSTART="TCP","log.example",7', re.compile(rb"CONNECT OK\r\n|CONNECT FAIL\r\n"))

    def send_record(self, data=RECORD):
        self.ask("AT+CIPSEND=%d" % len(data), re.compile(rb"> |ERROR\r\n"))
        self.line.send(data)
        return self.until(re.compile(rb"SEND OK\r\n|SEND FAIL\r\n|CLOSED\r\n|ERROR\r\n|POWER DOWN\r\n"))

    def message_from(self, index):
        answer = self.ask("AT+CMGR=%d" % index)
        found = re.search(rb'\+CMGR: "[^"]*","([^"]*)".*?\r\n(.*?)\r\n', answer, re.DOTALL)
        return (found[1].decode(), found[2].decode()) if found else ("", "")

    def send_message(self, number, text):
        self.ok("AT+CMGF=1")
        if b"> " not in self.ask('AT+CMGS="%s"' % number, re.compile(rb"> |ERROR[^\r]*\r\n")):
            return False
        self.line.send(text + "\x1a")
        return self.until(FINAL).endswith(OK)


NEW_MESSAGE = re.compile(rb'\+CMTI: "SM",(\d+)\r\n')


def second_upload_cut(modem, good):
    modem.ftp_session()
    for name in "first", "second":
        while modem.upload(name, 50000) != 0 and good:
            pass


def tunnel(modem, good, records=3):
    modem.http_session()
    for _ in range(records):
        while modem.http()[0] != 200 and good:
            pass


def server_error(modem, good):
    tunnel(modem, good, records=1)


def upload_refused(modem, good):
    modem.ftp_session()
    for _ in range(5):
        code = modem.upload("log.csv", 100)
        if code == 0 or (good and code >= 66):
            break


def server_down(modem, good):
    modem.http_session()
    for _ in range(3 if good else 20):
        if modem.http()[0] == 200:
            break


def truncated_update(modem, good):
    modem.http_session()
    while modem.http(0)[1] != 5000 and good:
        pass


def name_not_found(modem, good):
    modem.http_session()
    if modem.http()[0] == 603 and not good:
        modem.ok("AT+CFUN=1,1")
    else:
        modem.http()


def deactivated(modem, good):
    modem.open_bearer()
    for _ in range(3 if good else 1):
        modem.until(b"+SAPBR 1: DEACT\r\n")
        if good:
            modem.ok("AT+SAPBR=1,1")


def cell_full(modem, good):
    modem.registered()
    while not modem.ask("AT+SAPBR=1,1").endswith(OK) and good:
        pass


def refused_card(modem, good):
    refused = b"+CREG: 0,3" in modem.ask("AT+CREG?")
    if not (good and refused):
        modem.ask("AT+SAPBR=1,1")


def abroad(modem, good):
    for _ in range(10):
        if re.search(rb"\+CREG: 0,[%s]\r" % (b"15" if good else b"1"), modem.ask("AT+CREG?")):
            modem.ok("AT+SAPBR=1,1")
            break


def basement(modem, good):
    if good:
        modem.registered()
        modem.ok("AT+SAPBR=1,1")
    else:
        modem.ask("AT+CREG?")
        wait_for("registered")


def closed_by_server(modem, good):
    modem.registered()
    modem.connect()
    if b"CLOSED" not in modem.send_record():
        modem.until(b"CLOSED\r\n")
    if good:
        modem.ask('AT+CIPSTART="TCP","log.example",7', re.compile(rb"CONNECT OK\r\n"))
    modem.ask("AT+CIPSEND=10", re.compile(rb"> |ERROR\r\n"))


def message_inside(modem, good):
    modem.ok("AT+CMGF=1")
    new = NEW_MESSAGE.search(modem.ask("AT+CSQ"))
    if good:
        modem.message_from(int(new[1]))


def five_messages(modem, good):
    modem.ok("AT+CMGF=1")
    modem.ask("AT+CSQ")
    told = []
    while len(told) < 5:
        told += NEW_MESSAGE.findall(modem.until(NEW_MESSAGE))
    for index in told if good else told[-1:]:
        modem.message_from(int(index))


def third_place(modem, good):
    modem.ok("AT+CMGF=1", "AT+CSQ")
    new = NEW_MESSAGE.search(modem.line.seen) or NEW_MESSAGE.search(modem.until(NEW_MESSAGE))
    modem.message_from(int(new[1]) if good else 1)


def stranger(modem, good):
    modem.ok("AT+CMGF=1", "AT+CSQ")
    new = NEW_MESSAGE.search(modem.line.seen) or NEW_MESSAGE.search(modem.until(NEW_MESSAGE))
    sender, text = modem.message_from(int(new[1]))
    if text == "UNLOCK" and (sender == "+420777000000" or not good):
        modem.send_message(sender, "unlocked")


def engaged(modem, good):
    modem.registered()
    for number in "+420111111111", "+420222222222":
        said = modem.ask("ATD%s;" % number, re.compile(rb"BUSY\r\n|NO CARRIER\r\n|OK\r\n"))
        if b"BUSY" not in said and number.endswith("1"):
            said = modem.until(re.compile(rb"BUSY\r\n|NO CARRIER\r\n"))
        if b"BUSY" not in said or not good:
            break


def message_refused(modem, good):
    modem.registered()
    for number in "+420111111111", "+420222222222":
        if modem.send_message(number, "ALARM") or not good:
            break


def wrong_number(modem, good):
    modem.ok("AT+CSQ")
    modem.until(b"RING\r\n")
    if good:
        modem.ok("ATH")


def other_pin(modem, good):
    if b"SIM PIN" in modem.ask("AT+CPIN?"):
        for _ in range(1 if good else 3):
            modem.ask("AT+CPIN=0000")


def motor(modem, good):
    asked = 0
    while asked < 200:
        answered = modem.patient("AT+CSQ", 0.2).endswith(OK)
        asked += 1
        if not answered and not good:
            sys.exit("the module does not answer")


def pieces(modem, good):
    modem.registered()
    if good:
        answer = modem.ask("AT+CSQ")
    else:
        modem.line.send("AT+CSQ\r")
        modem.line.fill(time.monotonic() + DEADLINE)
        answer = modem.line.buffer[:12]  # so many fit into the UART
        modem.until(FINAL)
    level = re.search(rb"\+CSQ: (\d+),", answer)
    modem.send_message("+420777000000", "signal %s" % (level[1].decode() if level else "unknown"))


def four_seconds(modem, good):
    if not good:
        modem.line.send("AT+COPS?\r")
        modem.line.until(b"AT+COPS?\r")
        modem.line.send("AT+CREG?\r")
        modem.until(FINAL)
        modem.until(FINAL)
        return
    modem.registered()
    modem.ask("AT+COPS?")


def late_prompt(modem, good):
    modem.registered()
    modem.ok("AT+CMGF=1")
    modem.line.send('AT+CMGS="+420777000000"\r')
    modem.line.until(b'"\r')
    if good:
        modem.until(b"> ")
    modem.line.send("ALARM\x1a")
    if good:
        modem.until(FINAL)
    else:
        modem.until(b"> ")
        modem.line.send("\x1b")
        modem.until(FINAL)


def supply_dips(modem, good):
    modem.registered()
    modem.connect()
    if b"POWER DOWN" not in modem.send_record():
        modem.until(b"POWER DOWN\r\n")
    if not good:
        return
    while b"\r\nRDY\r\n" not in modem.line.seen.split(b"POWER DOWN\r\n")[-1]:
        power_key()
        modem.patient("AT", 0.5)
    modem.registered()
    modem.connect()


def sudden_reset(modem, good):
    modem.registered()
    modem.ok("AT+CMGF=1")
    modem.line.send("AT+CSQ\r")
    modem.until(b"RDY\r\n")
    modem.until(b"SMS Ready\r\n")
    if good:
        modem.registered()
        modem.ok("AT+CMGF=1")
    modem.ask('AT+CMGS="+420777000000"', re.compile(rb"> |ERROR[^\r]*\r\n"))


def hangs(modem, good):
    for command in "AT+CSQ", "AT", "AT":
        modem.patient(command, 0.2)
    if good:
        power_key()
        modem.until(b"RDY\r\n")


def battery_low(modem, good):
    modem.ok("AT+CSQ")
    if b"UNDER-VOLTAGE WARN" not in modem.line.seen:
        modem.until(re.compile(rb"UNDER-VOLTAGE WARN\w+\r\n"))
    if good:
        modem.ask("AT+CPOWD=1", b"POWER DOWN\r\n")


def power_key():
    """The firmware's pin."""
    subprocess.run(["sim800", "ctl", "power", "key"], stdout=subprocess.DEVNULL, check=True)


def wait_for(event):
    """What a person beside the device would see."""
    subprocess.run(["sim800", "ctl", "wait", event], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    recipe, kind = sys.argv[1:]
    globals()[recipe.replace("-", "_")](Modem(), kind == "good")
