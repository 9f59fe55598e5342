# oFono, Linux's telephony stack, finds the module and uses it: signal, card, messages, USSD, calls.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import time
import unittest

from harness import DEADLINE, AcceptanceTest, end, spawn
from peers import require
from private_bus import PrivateBus
from traces import TraceWatch

# oFono keeps what it knows of a card in /var/lib/ofono: each run as root sees an empty one of its own there.  The machine's
# real modems (udevng) are none of its business.
OWN_STORE = ["unshare", "--mount", "--propagation", "private",
             "sh", "-c", 'mount -t tmpfs ofono /var/lib/ofono; exec "$@"', "own-store"]
if os.geteuid() != 0 or subprocess.run([*OWN_STORE, "true"], capture_output=True, check=False).returncode != 0:
    OWN_STORE = []
# Its driver for modems on a TCP port takes the echo of what it types for an answer.
WORLD = {
    "module": {"settings": {"E": 0}},
    "network": {"signal": {"rssi": 21}, "ussd": {"*100#": "Credit 5.30"},
                "numbers": {"+420100": {"call": "answer", "after": "20ms"}}},
}


class Ofono(AcceptanceTest):
    def setUp(self):
        super().setUp()
        require("ofonod")
        bus = self.keep(PrivateBus())
        self.bus = bus.address
        self.trace = TraceWatch(self.path("trace"))
        module = self.module("--trace", self.trace.path, scenario=WORLD)
        with open(self.path("phonesim.conf"), "w", encoding="ascii") as file:
            file.write("[module]\nAddress=%s\nPort=%d\n" % module.tcp[0])
        environment = {**bus.environment, "OFONO_PHONESIM_CONFIG": self.path("phonesim.conf")}
        self.addCleanup(end, spawn([*OWN_STORE, "ofonod", "-n", "--noplugin=udevng"], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.until("/", "Manager.GetModems", wanted="/module")
        self.call("Modem.SetProperty", "string:Powered", "variant:boolean:true")
        self.until("/module", "Modem.GetProperties", wanted="org.ofono.SimManager")
        self.call("Modem.SetProperty", "string:Online", "variant:boolean:true")

    def ask(self, place, method, *values):
        return subprocess.run(
            ["dbus-send", "--bus=" + self.bus, "--print-reply", "--reply-timeout=%d" % (1000 * DEADLINE), "--dest=org.ofono",
             place, "org.ofono." + method, *values], capture_output=True, text=True, timeout=2 * DEADLINE, check=False)

    def call(self, method, *values):
        ran = self.ask("/module", method, *values)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def until(self, place, method, wanted):
        """oFono says when it is done by signals only: it is asked until it is."""
        deadline = time.monotonic() + DEADLINE
        while True:
            ran = self.ask(place, method)
            if re.search(wanted, ran.stdout):
                return ran.stdout
            self.assertLess(time.monotonic(), deadline, ran.stdout + ran.stderr)

    def test_it_reads_the_module_the_card_and_the_signal(self):
        modem = self.until("/module", "Modem.GetProperties", wanted="org.ofono.NetworkRegistration")
        for value in ("SIMCOM_Ltd", "SIMCOM_SIM800L", "866104020304051"):
            self.assertIn('"%s"' % value, modem)
        card = self.until("/module", "SimManager.GetProperties", wanted="SubscriberIdentity")
        for value in ("460001234567890", "89860012345678901234", "none"):
            self.assertIn('"%s"' % value, card)
        network = self.until("/module", "NetworkRegistration.GetProperties", wanted="Strength")
        for value in ("registered", "CHINA MOBILE", "460"):
            self.assertIn('"%s"' % value, network)
        self.assertRegex(network, r'"Strength"\s+variant\s+byte 67')

    def test_it_sends_a_message_asks_the_network_and_calls(self):
        self.until("/module", "Modem.GetProperties", wanted="org.ofono.MessageManager")
        self.call("MessageManager.SendMessage", "string:+8613800138000", "string:to myself")
        self.trace.wait_for(1, event="sms", to="+8613800138000")
        self.until("/module", "Modem.GetProperties", wanted="org.ofono.SupplementaryServices")
        self.assertIn('"Credit 5.30"', self.call("SupplementaryServices.Initiate", "string:*100#"))
        self.call("VoiceCallManager.Dial", "string:+420100", "string:")
        self.until("/module", "VoiceCallManager.GetCalls", wanted='"State"\\s+variant\\s+string "active"')
        self.call("VoiceCallManager.HangupAll")
        self.until("/module", "VoiceCallManager.GetCalls", wanted=r"array \[\s*\]")


if __name__ == "__main__":
    unittest.main()
