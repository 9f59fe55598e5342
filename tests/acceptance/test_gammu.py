# gammu as a host: phone book, lists of calls, USSD, and its message daemon, over a real pty.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import unittest

import gammu

from harness import BOOT, DEADLINE, AcceptanceTest, Host, end, spawn
from peers import require
from recipes import recipe

PHONEBOOK = [{"index": 1, "number": "+420123456789", "type": 145, "name": "Alice"},
             {"index": 3, "number": "112", "type": 129, "name": "Žofie"}]
USSD = {"*111#": "Credit 5.30", "*1#": ["1: credit 2: data", "Credit 5.30"], "*9#": "Кредит"}


def name_and_number(entry):
    values = {value["Type"]: value["Value"] for value in entry["Entries"]}
    return values.get("Text_Name"), values.get("Number_General")


class Gammu(AcceptanceTest):
    """In one session: gammu takes seconds to open one."""

    def setUp(self):
        super().setUp()
        link = self.path("tty")
        self.module("--pty", link, scenario={"sim": {"phonebook": PHONEBOOK}, "network": {"ussd": USSD}})
        with open(self.path("gammurc"), "w", encoding="ascii") as file:
            file.write(recipe("[gammu]", {"/tmp/modem": link}) + "synchronizetime = no\n")
        self.keep(Host.pty(link)).expect(BOOT)
        self.phone = gammu.StateMachine()
        self.phone.ReadConfig(Filename=self.path("gammurc"))
        self.phone.Init()
        self.addCleanup(self.phone.Terminate)

    def memory(self, kind):
        """Everything a memory has, by place."""
        count = self.phone.GetMemoryStatus(Type=kind)["Used"]
        entries, start = {}, {"Start": True}
        while len(entries) < count:
            entry = self.phone.GetNextMemory(Type=kind, **start)
            entries[entry["Location"]] = name_and_number(entry)
            start = {"Location": entry["Location"]}
        return entries

    def test_phone_book(self):
        self.assertEqual(self.phone.GetMemoryStatus(Type="SM"), {"Used": 2, "Free": 248})
        self.assertEqual(self.memory("SM"), {1: ("Alice", "+420123456789"), 3: ("Žofie", "112")})
        new = {"MemoryType": "SM", "Location": 0,
               "Entries": [{"Type": "Number_General", "Value": "+491710760000"}, {"Type": "Text_Name", "Value": "Ольга"}]}
        place = self.phone.AddMemory(new)
        self.assertEqual(name_and_number(self.phone.GetMemory(Type="SM", Location=place)), ("Ольга", "+491710760000"))
        self.phone.SetMemory({**new, "Location": 1})
        self.phone.DeleteMemory(Type="SM", Location=3)
        self.assertEqual({name for name, _ in self.memory("SM").values()}, {"Ольга"})
        self.assertEqual(self.phone.GetMemoryStatus(Type="SM")["Used"], 2)
        with self.assertRaises(gammu.ERR_EMPTY):
            self.phone.GetMemory(Type="SM", Location=3)

    def test_ussd(self):
        answers = []
        self.phone.SetIncomingCallback(lambda _, kind, data: answers.append(data) if kind == "USSD" else None)
        self.phone.SetIncomingUSSD(True)
        for code, status, text in (("*111#", "NoActionNeeded", "Credit 5.30"), ("*9#", "NoActionNeeded", "Кредит"),
                                   ("*1#", "ActionNeeded", "1: credit 2: data")):
            with self.subTest(code):
                answers.clear()
                self.phone.DialService(code)
                for _ in range(100):
                    if answers:
                        break
                    self.phone.ReadDevice()
                self.assertEqual([(answer["Status"], answer["Text"]) for answer in answers], [(status, text)])


class Daemon(AcceptanceTest):
    """gammu-smsd keeps messages in folders and runs a program for each one that has come."""

    def start(self, timing):
        require("gammu-smsd")
        link = self.path("tty")
        self.module("--pty", link, scenario={"sim": {"messages": [
            {"index": 1, "status": "REC UNREAD", "from": "+420100", "time": "26/11/22,10:00:00+04", "text": "waiting"}]}},
            timing=timing, tcp=0)
        host = self.keep(Host.pty(link))
        host.expect(BOOT)
        host.close()
        os.mkfifo(self.path("events"))
        self.events = self.keep(Host(os.open(self.path("events"), os.O_RDWR)))  # its log, and what the program says
        with open(self.path("received"), "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "RECEIVED $SMS_1_NUMBER $SMS_1_TEXT" > %s\n' % self.path("events"))
        os.chmod(self.path("received"), 0o755)
        with open(self.path("smsdrc"), "w", encoding="ascii") as file:
            file.write(recipe("[gammu]", {"/tmp/modem": link}))
            file.write("[smsd]\nservice = files\ndeliveryreport = log\ncommtimeout = 1\nreceivefrequency = 1\nloopsleep = 1\n"
                       "logfile = %s\nrunonreceive = %s\n" % (self.path("events"), self.path("received")))
            for key in "inbox", "outbox", "sentsms", "errorsms":
                os.mkdir(self.path(key))
                file.write("%spath = %s/\n" % (key, self.path(key)))
        self.addCleanup(end, spawn(["gammu-smsd", "-c", self.path("smsdrc")], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def sends_and_receives(self):
        self.events.until(b"RECEIVED +420100 waiting\n")
        subprocess.run(["gammu-smsd-inject", "-c", self.path("smsdrc"), "TEXT", "+8613800138000", "-text", "Hello by smsd",
                        "-report"], check=True, capture_output=True, timeout=DEADLINE)
        # The message back to the module itself, and the report that it got there, in either order.
        come = {self.events.until(re.compile(rb"RECEIVED (.*)\n"))[1] for _ in range(2)}
        self.assertEqual(come, {b"+8613800138000 Hello by smsd", b"+8613800138000 Delivered"})
        self.assertEqual((len(os.listdir(self.path("sentsms"))), os.listdir(self.path("errorsms"))), (1, []))

    def test_at_once(self):
        self.start("instant")
        self.sends_and_receives()

    def test_in_field_time(self):
        self.start("typical")
        self.sends_and_receives()


if __name__ == "__main__":
    unittest.main()
