# Calls, USSD and the phone book as a host sees them, in a world that a scenario file describes.
# SPDX-License-Identifier: MIT
import unittest

from harness import ERROR, OK, AcceptanceTest

WORLD = {
    "sim": {"phonebook": [{"index": 1, "number": "+420100", "type": 145, "name": "Ann"}]},
    "network": {
        "numbers": {
            "+420100": {"call": "answer", "after": "20ms", "hangs_up_after": "100ms"},
            "102": {"call": "busy"},
            "*": {"call": "unreachable"},
        },
        "ussd": {"*100#": "Credit 5.30", "*111#": ["1) Credit", "Credit 5.30"]},
    },
}


def line(text):
    return b"\r\n" + text.encode() + b"\r\n"


class Calls(AcceptanceTest):
    def start(self, *options):
        self.running = self.module(*options, scenario=WORLD)
        self.phone = self.host(self.running)

    def test_a_call_from_the_phone_book_rings_connects_and_ends(self):
        self.start()
        self.phone.ok("AT+MORING=1;+CLCC=1")
        self.phone.say('ATD>"Ann";', OK)
        for said in (
            '+CLCC: 1,0,2,0,0,"+420100",145,"Ann"',
            '+CLCC: 1,0,3,0,0,"+420100",145,"Ann"',
            "MO RING",
            '+CLCC: 1,0,0,0,0,"+420100",145,"Ann"',
            "MO CONNECTED",
            '+CLCC: 1,0,6,0,0,"+420100",145,"Ann"',
            "NO CARRIER",
        ):
            self.phone.expect(line(said))

    def test_outcomes(self):
        self.start()
        self.phone.say("ATD102;", OK + line("BUSY"))
        self.phone.say("ATDL", OK + line("BUSY"))
        self.phone.say("ATD555;", OK + line("NO CARRIER"))
        self.phone.say("ATD555", line("NO CARRIER"))
        self.phone.ok("ATH")

    def test_ussd(self):
        self.start()
        self.phone.say('AT+CUSD=1,"*100#"', OK + line('+CUSD: 0, "Credit 5.30", 15'))
        self.phone.say('AT+CUSD=1,"*111#"', OK + line('+CUSD: 1, "1) Credit", 15'))
        self.phone.say('AT+CUSD=1,"1"', OK + line('+CUSD: 0, "Credit 5.30", 15'))
        self.phone.say('AT+CUSD=1,"*1#"', OK + line("+CUSD: 4"))

    def test_the_phone_book_outlives_the_process(self):
        state = self.path("state")
        self.start("--state", state)
        self.phone.ok('AT+CPBW=2,"555",129,"Bob"', "AT+CPBW=1", 'AT+CPBS="ME"', 'AT+CPBW=,"777"')
        self.phone.say("AT+CPBW=0", ERROR)
        self.running.end()
        self.start("--state", state)
        self.phone.say("AT+CPBR=1,250", b'\r\n+CPBR: 2,"555",129,"Bob"\r\n' + OK)
        self.phone.ok('AT+CPBS="ME"')
        self.phone.say("AT+CPBR=1,100", b'\r\n+CPBR: 1,"777",129,""\r\n' + OK)


if __name__ == "__main__":
    unittest.main()
