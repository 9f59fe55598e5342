# gammu as a host: phone book, lists of calls, USSD, over a real pty.
# SPDX-License-Identifier: MIT
import unittest

import gammu

from harness import BOOT, AcceptanceTest, Host

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
            file.write("[gammu]\ndevice = %s\nconnection = at115200\nsynchronizetime = no\n" % link)
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


if __name__ == "__main__":
    unittest.main()
