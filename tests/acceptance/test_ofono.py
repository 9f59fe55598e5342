# oFono, Linux's telephony stack, finds the module and uses it: signal, card, messages, USSD, calls; and over the
# multiplexer a connection of its own PPP.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import time
import unittest

from harness import DEADLINE, AcceptanceTest, end, spawn
from peers import ROOT, require
from private_bus import PrivateBus
from servers import ScriptedServer, at, page
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


class OnItsBus(AcceptanceTest):
    modem = "/module"

    def setUp(self):
        super().setUp()
        require("ofonod")
        self.bus = self.keep(PrivateBus())
        self.trace = TraceWatch(self.path("trace"))

    def start(self, *command, **environment):
        ofono = spawn(command, env={**self.bus.environment, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)
        self.addCleanup(end, ofono)
        self.until("/", "Manager.GetModems", wanted=self.modem)
        self.set("Modem", "Powered", "boolean:true")
        self.until(self.modem, "Modem.GetProperties", wanted="org.ofono.SimManager")
        self.set("Modem", "Online", "boolean:true")
        return ofono

    def ask(self, place, method, *values):
        return subprocess.run(
            ["dbus-send", "--bus=" + self.bus.address, "--print-reply", "--reply-timeout=%d" % (1000 * DEADLINE),
             "--dest=org.ofono", place, "org.ofono." + method, *values],
            capture_output=True, text=True, timeout=2 * DEADLINE, check=False)

    def call(self, method, *values, place=None):
        ran = self.ask(place or self.modem, method, *values)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def set(self, interface, name, value, place=None):
        self.call(interface + ".SetProperty", "string:" + name, "variant:" + value, place=place)

    def until(self, place, method, wanted):
        """oFono says when it is done by signals only: it is asked until it is."""
        deadline = time.monotonic() + DEADLINE
        while True:
            ran = self.ask(place, method)
            if re.search(wanted, ran.stdout):
                return ran.stdout
            self.assertLess(time.monotonic(), deadline, ran.stdout + ran.stderr)


class Ofono(OnItsBus):
    def setUp(self):
        super().setUp()
        module = self.module("--trace", self.trace.path, scenario=WORLD)
        with open(self.path("phonesim.conf"), "w", encoding="ascii") as file:
            file.write("[module]\nAddress=%s\nPort=%d\n" % module.tcp[0])
        self.start(*OWN_STORE, "ofonod", "-n", "--noplugin=udevng", OFONO_PHONESIM_CONFIG=self.path("phonesim.conf"))

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


class OnTheMultiplexer(OnItsBus):
    """With its driver for SIM900: commands on some DLCs, PPP on another, and an interface of Linux at its end."""
    modem = "/sim900_0"

    def test_it_connects(self):
        if os.geteuid() != 0 or not OWN_STORE or not os.path.exists("/dev/net/tun"):
            self.skipTest("oFono needs root, mounts of its own and /dev/net/tun for this")
        server = self.keep(ScriptedServer(page(b"hello")))
        module = self.module("--pty", self.path("tty"), "--trace", self.trace.path, tcp=0, scenario={
            # Of a SIM800 it uses neither messages nor connections.
            "module": {"commands": {"+CGMM": {"execute": "SIMCOM_SIM900"}}},
            "network": {"apns": {"internet": {"user": "me", "password": "secret", "ip": "10.89.193.1"}},
                        "hosts": {"198.51.100.7": at(server.port), "*": "unresolvable"}}})
        ofono = self.start("unshare", "--net", os.path.join(ROOT, "packaging", "ofono"), module.lines[0].rsplit(" ", 1)[1])
        self.until(self.modem, "ConnectionManager.GetProperties", wanted=r'"Attached"\s+variant\s+boolean true')
        context = re.search('object path "(.*)"', self.call("ConnectionManager.AddContext", "string:internet"))[1]
        for name, value in ("AccessPointName", "internet"), ("Username", "me"), ("Password", "secret"):
            self.set("ConnectionContext", name, "string:" + value, place=context)
        self.set("ConnectionContext", "Active", "boolean:true", place=context)
        settings = self.call("ConnectionContext.GetProperties", place=context)
        for value in "ppp0", "10.89.193.1", "8.8.8.8", "8.8.4.4":
            self.assertIn('"%s"' % value, settings)
        # What ConnMan does with them, and a page.
        ran = subprocess.run(
            ["nsenter", "--net", "--target", str(ofono.pid), "sh", "-ec",
             "ip address add 10.89.193.1 dev ppp0; ip link set ppp0 up; ip route add default dev ppp0; exec /usr/bin/python3 -c "
             "'import urllib.request; print(urllib.request.urlopen(\"http://198.51.100.7\").read().decode())'"],
            capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(ran.stdout, "hello\n", ran.stderr)
        self.until(self.modem, "NetworkRegistration.GetProperties", wanted="CHINA MOBILE")
        self.set("ConnectionContext", "Active", "boolean:false", place=context)
        self.trace.wait_for(1, event="ppp", state="over", reason="host")


if __name__ == "__main__":
    unittest.main()
