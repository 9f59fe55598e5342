# ModemManager, as desktops and NetworkManager use it, finds the module and uses it: card, network, messages, USSD, calls.
# SPDX-License-Identifier: MIT
import importlib.util
import os
import re
import select
import subprocess
import time
import unittest

from harness import DEADLINE, AcceptanceTest, end, spawn
from peers import ROOT, UNPACKED, own_mounts, require
from private_bus import PrivateBus
from traces import TraceWatch

OWN, FRIEND = "+8613800138000", "+420100"
WORLD = {
    # ModemManager does not take the quotes off a text that has a blank before them, as the module sends it.
    "module": {"quirks": {"cusd_blanks": False}},
    "network": {"signal": {"rssi": 21}, "ussd": {"*100#": "Credit 5.30", "*1#": ["1: credit 2: data", "Kredit пять"]},
                "operators": [{"plmn": "46000", "long_name": "CHINA MOBILE"}, {"plmn": "46001", "long_name": "CHINA UNICOM"}],
                "numbers": {FRIEND: {"call": "answer", "after": "20ms"}}},
    "faults": [{"on": {"line": r"AT\+COPS=\?"}, "times": 1, "do": {"call": {"from": FRIEND}}}],
}
RUN = os.path.join(ROOT, "packaging", "modemmanager")
ADAPTER, SIMTECH = "10c4:ea60", "1e0e:9001"  # USB's vendor and product


def unescaped(value):
    """mmcli writes what is not ASCII as octal bytes."""
    return re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), value.encode()).decode()


class ModemManager(AcceptanceTest):
    def start(self, timing, usb_id):
        for program in "ModemManager", "mmcli":
            require(program)
        if importlib.util.find_spec("dbusmock") is None:
            self.skipTest("there is no dbusmock (Debian's package python3-dbusmock)")
        mounts = own_mounts()
        if mounts is None:
            self.skipTest("ModemManager needs mounts of its own here (unshare --mount)")
        self.bus = self.keep(PrivateBus())
        self.permit()
        self.trace = TraceWatch(self.path("trace"))
        module = self.module("--pty", self.path("tty"), "--trace", self.trace.path, scenario=WORLD, timing=timing, tcp=0)
        port = module.lines[0].rsplit(" ", 1)[1]
        plugins = os.path.join(UNPACKED, "lib", os.uname().machine + "-linux-gnu", "ModemManager")
        found = ["--test-plugin-dir=" + plugins] if os.path.exists(plugins) else []
        self.addCleanup(end, spawn([*mounts, RUN, "--inside", port, *found], env={**self.bus.environment, "USB_ID": usb_id},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.until(("-L",), "modem-list.value[1]")

    def permit(self):
        """ModemManager asks PolicyKit for each request: a stand-in says yes."""
        self.addCleanup(end, spawn(["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "polkitd"],
                                   env=self.bus.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL))
        give_up = time.monotonic() + DEADLINE
        while subprocess.run(["dbus-send", "--bus=" + self.bus.address, "--print-reply", "--dest=org.freedesktop.PolicyKit1",
                              "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.DBus.Mock.AllowUnknown",
                              "boolean:true"], capture_output=True, check=False).returncode != 0:
            self.assertLess(time.monotonic(), give_up)

    def ask(self, *arguments):
        """What mmcli says, as values by their keys."""
        ran = subprocess.run(["mmcli", "-K", "--timeout=120", *arguments], capture_output=True, text=True,
                             env={**self.bus.environment, "LC_ALL": "C.UTF-8"}, timeout=4 * DEADLINE, check=False)
        pairs = (line.partition(":") for line in ran.stdout.splitlines() if ":" in line)
        return ran, {key.strip(): unescaped(value.strip()) for key, _, value in pairs}

    def mmcli(self, *arguments):
        ran, values = self.ask(*arguments)
        self.assertEqual(ran.returncode, 0, "%s: %s" % (arguments, ran.stderr))
        return values

    def until(self, arguments, key, wanted=None):
        """Asks until there is this value, or any."""
        give_up = time.monotonic() + 2 * DEADLINE
        while True:
            ran, values = self.ask(*arguments)
            if (values.get(key) == wanted) if wanted else (key in values):
                return values
            self.assertLess(time.monotonic(), give_up, "%s %s: %s" % (key, wanted, ran.stdout + ran.stderr))
            select.select([], [], [], 0.1)  # asked without a pause it would get nothing else done

    def registered(self):
        self.until(("-m", "any"), "modem.generic.state", "disabled")
        self.mmcli("-m", "any", "--enable")
        return self.until(("-m", "any"), "modem.generic.state", "registered")

    def check(self, values, **wanted):
        found = {key: values.get(key.replace("__", ".").replace("_", "-")) for key in wanted}
        self.assertEqual(found, wanted)

    def test_everything(self):
        self.start("typical", ADAPTER)
        self.registered()
        self.identity()
        self.messages()
        self.ussd()
        self.outgoing_call()
        self.scan_and_incoming_call()

    def identity(self):
        self.until(("-m", "any"), "modem.3gpp.packet-service-state", "attached")
        modem = self.mmcli("-m", "any")
        for key, value in {
                "generic.manufacturer": "SIMCOM_Ltd", "generic.model": "SIMCOM_SIM800L", "generic.plugin": "generic",
                "generic.revision": "Revision:1418B05SIM800L24", "generic.equipment-identifier": "866104020304051",
                "generic.own-numbers.value[1]": OWN, "generic.signal-quality.value": "67", "3gpp.operator-code": "46000",
                "3gpp.operator-name": "CHINA MOBILE", "3gpp.registration-state": "home"}.items():
            self.assertEqual(modem["modem." + key], value)
        card = self.mmcli("-i", modem["modem.generic.sim"])
        self.assertEqual((card["sim.properties.iccid"], card["sim.properties.imsi"], card["sim.properties.operator-code"]),
                         ("89860012345678901234", "460001234567890", "46000"))
        place = self.until(("-m", "any", "--location-get"), "modem.location.3gpp.cid", "0000F9A1")
        self.assertEqual((place["modem.location.3gpp.mcc"], place["modem.location.3gpp.mnc"],
                          place["modem.location.3gpp.lac"]), ("460", "00", "1816"))

    def messages(self):
        text = "Hello {€}, Привет"
        self.mmcli("-m", "any", "--messaging-create-sms=number=%s,text='%s'" % (OWN, text))
        sms = self.mmcli("-m", "any", "--messaging-list-sms")["modem.messaging.sms.value[1]"]
        self.mmcli("-s", sms, "--send")
        self.trace.wait_for(1, event="sms", to=OWN, taken=True)
        both = self.until(("-m", "any", "--messaging-list-sms"), "modem.messaging.sms.length", "2")
        received, = {both["modem.messaging.sms.value[%d]" % place] for place in (1, 2)} - {sms}
        message = self.until(("-s", received), "sms.properties.state", "received")
        self.assertEqual((message["sms.content.number"], message["sms.content.text"]), (OWN, text))
        for one in sms, received:
            self.mmcli("-m", "any", "--messaging-delete-sms=" + one)

    def ussd(self):
        def say(action, text):
            ran, _ = self.ask("-m", "any", "--3gpp-ussd-%s=%s" % (action, text))
            return ran.stdout
        self.assertIn("'Credit 5.30'", say("initiate", "*100#"))
        self.assertIn("'1: credit 2: data'", say("initiate", "*1#"))
        self.assertEqual(self.mmcli("-m", "any", "--3gpp-ussd-status")["modem.3gpp.ussd.status"], "user-response")
        self.assertIn("'Kredit пять'", say("respond", "1"))

    def calls(self):
        return self.mmcli("-m", "any", "--voice-list-calls")

    def outgoing_call(self):
        self.mmcli("-m", "any", "--voice-create-call=number=" + FRIEND)
        call = self.calls()["modem.voice.call.value[1]"]
        self.mmcli("-o", call, "--start")
        self.until(("-o", call), "call.properties.state", "active")
        self.mmcli("-o", call, "--hangup")
        self.until(("-o", call), "call.properties.state", "terminated")
        self.mmcli("-m", "any", "--voice-delete-call=" + call)

    def scan_and_incoming_call(self):
        networks = self.mmcli("-m", "any", "--3gpp-scan")
        self.assertEqual({value.split(",")[0].split(": ")[1] for key, value in networks.items() if ".value[" in key},
                         {"46000", "46001"})
        found = self.until(("-m", "any", "--voice-list-calls"), "modem.voice.call.length", "1")
        call = found["modem.voice.call.value[1]"]
        ringing = self.until(("-o", call), "call.properties.number", FRIEND)
        self.assertEqual((ringing["call.properties.direction"], ringing["call.properties.state"]), ("incoming", "ringing-in"))
        self.mmcli("-o", call, "--accept")
        self.until(("-o", call), "call.properties.state", "active")
        self.mmcli("-o", call, "--hangup")
        self.until(("-o", call), "call.properties.state", "terminated")

    def test_data_call(self):
        """ModemManager dials and leaves PPP on the port to others (NetworkManager's pppd)."""
        self.start("instant", ADAPTER)
        self.registered()
        self.mmcli("-m", "any", "--simple-connect=apn=CMNET")
        modem = self.until(("-m", "any"), "modem.generic.state", "connected")
        bearer = self.mmcli("-b", modem["modem.generic.bearers.value[1]"])
        self.check(bearer, bearer__status__connected="yes", bearer__ipv4_config__method="ppp")
        self.trace.wait_for(1, event="command", line="D*99***1#")

    def test_as_a_modem_of_its_maker(self):
        """ModemManager has commands of SIMCom's for devices with its USB vendor."""
        self.start("instant", SIMTECH)
        modem = self.registered()
        self.assertEqual(modem["modem.generic.plugin"], "simtech")
        self.until(("-m", "any"), "modem.generic.signal-quality.value", "67")
        self.mmcli("-m", "any", "--disable")
        self.until(("-m", "any"), "modem.generic.state", "disabled")


if __name__ == "__main__":
    unittest.main()
