# Short messages: an independent codec for PDUs, and programs that send and read messages, over a real pty.
# SPDX-License-Identifier: MIT
import datetime
import os
import re
import subprocess
import unittest

import gammu

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host, end, spawn

OWN = "+8613800138000"
MODEM_LINES = os.path.join(os.path.dirname(SIM800), "libsim800_modem_lines.so")
TEXTS = ("", "Hello", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ", " !\"#¤%&'()*+,-./0123456789:;<=>?", "¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà",
         "seven b", "eight bi", "x" * 160)
WIDE_TEXTS = ("Привет", "世界", "😀 and 🚗", "ы" * 70)


def message(text, coding, **more):
    return {"SMSC": {"Number": "+49171076000"}, "Number": OWN, "Text": text, "Coding": coding, "Class": -1, "Folder": 1,
            "State": "UnSent", "Type": "Submit", **more}


def encoded(text, layout="Submit", **more):
    coding = "Default_No_Compression" if text not in WIDE_TEXTS else "Unicode_No_Compression"
    return gammu.EncodePDU(message(text, coding, Type=layout, **more), layout)


class Arriving(AcceptanceTest):
    """Messages of a scenario, as gammu decodes their PDUs."""

    KINDS = (
        ({"text": "2 new", "waiting": {"count": 2}}, {"Text": "2 new"}, b"\x04\x01\x02\x00\x02"),
        ({"text": "Flash", "class": 0}, {"Text": "Flash", "Class": 0}, b""),
        ({"octets": "0102FF", "ports": {"destination": 5000, "source": 6000}},
         {"Text": b"\x01\x02\xff", "Coding": "8bit"}, b"\x06\x05\x04\x13\x88\x17\x70"),
        ({"push": {"url": "http://a/", "text": "News"}},
         {"Text": b"\x01\x06\x01\xae\x02\x05j\x00E\xc6\x0b\x03http://a/\x00\x01\x03News\x00\x01\x01"},
         b"\x06\x05\x04\x0b\x84\x23\xf0"),
        ({"text": "23 degrees", "replaces": 3}, {"Text": "23 degrees", "ReplaceMessage": 3}, b""),
        ({"text": "žluť", "time": "20/02/03,04:05:06+07"},
         {"Text": "žluť", "DateTime": datetime.datetime(2020, 2, 3, 4, 5, 6)}, b""),
        ({"text": "A", "udh": "700100"}, {"Text": "A"}, b"\x03\x70\x01\x00"))

    def test_kinds(self):
        line = self.host(self.module(scenario={"faults": [
            {"on": {"line": "AT\\+CPAS", "nth": i + 1}, "do": {"sms": {"from": "+49170", **kind[0]}}}
            for i, kind in enumerate(self.KINDS)]}))
        line.ok("AT+CMGF=0", "AT+CNMI=2,2", "ATE0")
        for sent, fields, header in self.KINDS:
            with self.subTest(sent):
                line.send("AT+CPAS\r")
                pdu = line.until(re.compile(rb"\+CMT: [^\r]*\r\n([^\r]*)\r\n"))[1].decode()
                message_read = gammu.DecodePDU(bytes.fromhex(pdu))
                self.assertEqual({key: message_read[key] for key in fields}, fields)
                self.assertEqual(message_read["UDH"]["Text"], header)
                self.assertEqual(message_read["Number"], "+49170")


class Codec(AcceptanceTest):
    """What the module makes of a message and what gammu makes of it is the same."""

    def setUp(self):
        super().setUp()
        self.line = self.host(self.module(scenario={"network": {"time": "26/11/22,10:00:00-14"}}))
        self.line.ok("ATE0")

    def ask(self, line):
        self.line.send(line + "\r")
        return self.line.until(re.compile(rb"\r\n(OK|\+CM[ES] ERROR: .*|ERROR)\r\n"))

    def prompt(self, line, typed):
        """The answer to what is typed at the prompt."""
        self.line.send(line + "\r")
        self.line.expect(b"\r\n> ")
        self.line.send(typed + "\x1a")
        return self.line.until(re.compile(rb"\r\n\+CM[GS][SW]: (\d+)\r\n\r\nOK\r\n"))[1].decode()

    def shown(self, index):
        """The second line of +CMGR."""
        self.line.send("AT+CMGR=%s\r" % index)
        return self.line.until(re.compile(rb"\r\n\+CMGR: [^\r]*\r\n([^\r]*)\r\n\r\nOK\r\n"))[1].decode("latin-1")

    def test_what_gammu_writes_the_module_reads(self):
        self.ask('AT+CSCS="UCS2"')
        for text in TEXTS + WIDE_TEXTS:
            with self.subTest(text):
                self.ask("AT+CMGF=0")
                pdu = encoded(text)
                index = self.prompt("AT+CMGW=%d" % (len(pdu) - 1 - pdu[0]), pdu.hex().upper())
                self.assertEqual(self.shown(index), pdu.hex().upper())
                self.ask("AT+CMGF=1")
                self.assertEqual(bytes.fromhex(self.shown(index)).decode("utf-16-be"), text)
                self.ask("AT+CMGD=%s" % index)

    def test_what_the_module_writes_gammu_reads(self):
        self.ask('AT+CSCS="UCS2"')
        address = OWN.encode("utf-16-be").hex().upper()
        for text in TEXTS[1:] + WIDE_TEXTS:
            with self.subTest(text):
                self.ask("AT+CMGF=1;+CSMP=17,167,0,%d" % (8 if text in WIDE_TEXTS else 0))
                index = self.prompt('AT+CMGW="%s"' % address, text.encode("utf-16-be").hex())
                self.ask("AT+CMGF=0")
                read = gammu.DecodePDU(bytes.fromhex(self.shown(index)))
                self.assertEqual((read["Text"], read["Number"], read["Type"]), (text, OWN, "Submit"))
                self.ask("AT+CMGD=%s" % index)

    def test_a_message_to_oneself_is_delivered_as_gammu_reads_it(self):
        self.ask('AT+CMGF=0;+CCLK="30/01/01,10:00:00+08"')  # the network's time counts
        for text in TEXTS + WIDE_TEXTS:
            with self.subTest(text):
                pdu = encoded(text)
                self.prompt("AT+CMGS=%d" % (len(pdu) - 1 - pdu[0]), pdu.hex())
                index = self.line.until(re.compile(rb'\r\n\+CMTI: "SM",(\d+)\r\n'))[1].decode()
                read = gammu.DecodePDU(bytes.fromhex(self.shown(index)))
                self.assertEqual((read["Text"], read["Number"], read["Type"]), (text, OWN, "Deliver"))
                self.assertEqual(read["DateTime"].date(), datetime.date(2026, 11, 22))
                self.ask("AT+CMGD=%s" % index)


class Programs(AcceptanceTest):
    """Hosts as they are installed."""

    def setUp(self):
        super().setUp()
        self.link = self.path("tty")
        self.module("--pty", self.link)
        with open(self.path("gammurc"), "w", encoding="ascii") as file:
            file.write("[gammu]\ndevice = %s\nconnection = at115200\nsynchronizetime = no\n" % self.link)
        self.keep(Host.pty(self.link)).expect(BOOT)

    def run_program(self, *command, preload=None):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": self.dir}
        if preload:
            environment["LD_PRELOAD"] = preload
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2 * DEADLINE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_the_gammu_program(self):
        sent = self.run_program("gammu", "-c", self.path("gammurc"), "sendsms", "TEXT", OWN, "-text", "Hello {€}")
        self.assertIn("reference=0", sent)

    def test_a_program_that_uses_gammu(self):
        """In one session: gammu takes seconds to open one."""
        phone = gammu.StateMachine()
        phone.ReadConfig(Filename=self.path("gammurc"))
        phone.Init()
        self.addCleanup(phone.Terminate)
        self.assertEqual((phone.GetModel()[1], phone.GetIMEI()), ("SIMCOM_SIM800L", "866104020304051"))
        long_text = " ".join("part %03d" % number for number in range(50))
        sent = ["Hello {€}", "Привет, 世界", long_text]
        for text in sent:
            info = {"Class": -1, "Unicode": not text.isascii() and "€" not in text,
                    "Entries": [{"ID": "ConcatenatedTextLong", "Buffer": text}]}
            for part in gammu.EncodeSMS(info):
                phone.SendSMS({**part, "SMSC": {"Location": 1}, "Number": OWN})
        self.assertEqual([text for text, state in self.inbox(phone)], sent)
        self.assertEqual({state for text, state in self.inbox(phone)}, {"Read"})
        phone.SetSMSC({**phone.GetSMSC(1), "Number": "+491710760000"})
        self.assertEqual(phone.GetSMSC(1)["Number"], "+491710760000")
        for location in range(1, 6):
            phone.DeleteSMS(Folder=0, Location=location)
        self.assertEqual(self.inbox(phone), [])

    @staticmethod
    def inbox(phone):
        """(text, state) of every message, long ones put together."""
        messages, start = [], True
        try:
            while True:
                where = {"Start": True} if start else {"Location": messages[-1][0]["Location"]}
                messages.append(phone.GetNextSMS(Folder=0, **where))
                start = False
        except gammu.ERR_EMPTY:
            pass
        linked = gammu.LinkSMS(messages)
        return [(gammu.DecodeSMS(parts)["Entries"][0]["Buffer"] if len(parts) > 1 else parts[0]["Text"],
                 parts[0]["State"]) for parts in linked]

    def test_gsm_utils(self):
        self.run_program("gsmsendsms", "-d", self.link, OWN, "Hello by gsm-utils", preload=MODEM_LINES)
        listed = self.run_program("gsmsmsstore", "-s", self.link, "-t", "SM", "-l", preload=MODEM_LINES)
        self.assertIn("User data: 'Hello by gsm-utils'", listed)

    def test_smstools(self):
        folders = {name: self.path(name) for name in ("outgoing", "checked", "incoming", "sent", "failed")}
        for folder in folders.values():
            os.mkdir(folder)
        os.mkfifo(self.path("events"))
        events = self.keep(Host(os.open(self.path("events"), os.O_RDWR)))
        with open(self.path("handler"), "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "$1 $2" > %s\n' % self.path("events"))
        os.chmod(self.path("handler"), 0o755)
        with open(self.path("smsd.conf"), "w", encoding="ascii") as file:
            file.write("devices = GSM1\n" + "".join("%s = %s\n" % item for item in folders.items()) +
                       "logfile = %s\ninfofile = %s\npidfile = %s\neventhandler = %s\ndelaytime = 1\n"
                       "[GSM1]\ndevice = %s\nincoming = yes\nbaudrate = 115200\n" %
                       (*map(self.path, ("log", "info", "pid", "handler")), self.link))
        with open(os.path.join(folders["outgoing"], "one"), "w", encoding="ascii") as file:
            file.write("To: %s\n\nHello by smstools" % OWN[1:])
        daemon = spawn(["smsd", "-c" + self.path("smsd.conf"), "-s"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(end, daemon)
        events.until(b"SENT %s" % folders["sent"].encode())
        arrived = events.until(re.compile(rb"RECEIVED (\S+)\n"))[1]
        with open(arrived, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("From: " + OWN[1:], text)
        self.assertIn("Hello by smstools", text)


if __name__ == "__main__":
    unittest.main()
