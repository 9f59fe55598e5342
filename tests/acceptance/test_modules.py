# Several modules in one program: their endpoints, the network between them, and the system's limits.
# SPDX-License-Identifier: MIT
import json
import os
import re
import resource
import signal
import socket
import subprocess
import time
import unittest

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host
from traces import read_trace

FLEET = 50


def address(line):
    words = line.split(" ")
    return words[1], int(words[2])


class Modules(AcceptanceTest):
    def start(self, scenario=None, *options):
        """As many endpoints as the options say, and no more."""
        return self.module(*options, scenario=scenario, tcp=0)

    def tcp(self, where, booted=False):
        host = self.keep(Host.tcp(where))
        if not booted:
            host.expect(BOOT)
        host.send("ATE0\r")
        host.expect(b"ATE0\r" + OK)
        return host

    def tell(self, host, line, answer=OK):
        """Without echo."""
        host.send(line + "\r")
        host.expect(answer)

    def two(self, *options, **scenario):
        module = self.start({"modules": [{}, {"name": "phone"}], **scenario}, "--tcp", "127.0.0.1:0+", *options)
        self.assertRegex("\n".join(module.lines),
                         r"\Atcp 127\.0\.0\.1 \d+ module 0\ntcp 127\.0\.0\.1 \d+ module phone\nready\Z")
        return module, self.tcp(module.tcp[0]), self.tcp(module.tcp[1])


class Network(Modules):
    def test_a_message_from_one_to_the_other(self):
        _, a, b = self.two()
        self.tell(a, "AT+CMGF=1;+CNMI=2,1,0,1;+CSMP=49,167,0,0")
        self.tell(b, "AT+CMGF=1;+CNMI=2,2")
        self.tell(a, 'AT+CMGS="+8613800138001"', b"\r\n> ")
        a.send("Where are you?\x1a")
        a.until(re.compile(rb"\A[^\r]*\r\n\+CMGS: 0\r\n\r\nOK\r\n"))
        b.until(re.compile(rb'\A\r\n\+CMT: "\+8613800138000","","[^"]*"\r\nWhere are you\?\r\n\Z'))
        a.until(re.compile(rb'\A\r\n\+CDS: 6,0,"\+8613800138001",145,"[^"]*","[^"]*",0\r\n\Z'))

    def test_a_call(self):
        _, a, b = self.two()
        self.tell(b, "AT+CLIP=1;+DDET=1")
        self.tell(a, "ATD+8613800138001;")
        b.until(b'\r\nRING\r\n\r\n+CLIP: "+8613800138000",145,"",0,"",0\r\n')
        self.tell(b, "ATA")
        self.tell(a, "AT+CPAS", b"\r\n+CPAS: 4\r\n" + OK)
        self.tell(a, "AT+VTS=5")
        b.expect(b"\r\n+DTMF: 5\r\n")
        self.tell(b, "ATH")
        a.expect(b"\r\nNO CARRIER\r\n")

    def socket_between(self, a, b):
        addresses = []
        for host in a, b:
            self.tell(host, "AT+CSTT")
            self.tell(host, "AT+CIICR")
            host.send("AT+CIFSR\r")
            addresses.append(host.until(re.compile(rb"\A\r\n(10\.\d+\.\d+\.\d+)\r\n"))[1].decode())
        self.assertNotEqual(*addresses)
        for host in a, b:  # the same port on both
            self.tell(host, "AT+CIPSERVER=1,8080", OK + b"\r\nSERVER OK\r\n")
        self.tell(a, "AT+CIPSERVER=0", OK + b"\r\nSERVER CLOSE\r\n")
        self.tell(a, 'AT+CIPSTART="TCP","%s",8080' % addresses[1])
        a.expect(b"\r\nCONNECT OK\r\n")
        b.expect(b"\r\nREMOTE IP: %s\r\n" % addresses[0].encode())
        self.tell(a, "AT+CIPSEND=5", b"\r\n> ")
        a.send("hello")
        a.until(b"\r\nSEND OK\r\n")
        b.expect(b"hello")
        self.tell(b, "AT+CIPSEND=3", b"\r\n> ")
        b.send("yes")
        a.until(b"yes")
        b.until(b"\r\nSEND OK\r\n")
        self.tell(a, "AT+CIPCLOSE=1", b"\r\nCLOSE OK\r\n")
        b.expect(b"\r\nCLOSED\r\n")

    def test_a_connection_to_the_others_server(self):
        _, a, b = self.two()
        self.socket_between(a, b)

    def test_a_connection_through_two_radio_links(self):
        _, a, b = self.two(network={"link": {"latency_ms": 20}, "hosts": {"*": "unresolvable"}})
        self.socket_between(a, b)

    def datagrams_between(self, a, b):
        addresses = []
        for host in a, b:
            self.tell(host, "AT+CSTT")
            self.tell(host, "AT+CIICR")
            host.send("AT+CIFSR\r")
            addresses.append(host.until(re.compile(rb"\A\r\n(10\.\d+\.\d+\.\d+)\r\n"))[1].decode())
            self.tell(host, 'AT+CLPORT="UDP",5000;+CIPSRIP=1')
        for host, there in (a, addresses[1]), (b, addresses[0]):
            self.tell(host, 'AT+CIPSTART="UDP","%s",5000' % there)
            host.expect(b"\r\nCONNECT OK\r\n")
        for _ in range(3):
            for sender, receiver, there in (a, b, addresses[0]), (b, a, addresses[1]):
                self.tell(sender, "AT+CIPSEND=5", b"\r\n> ")
                sender.send("hello")
                sender.until(b"\r\nSEND OK\r\n")
                receiver.until(b"\r\nRECV FROM:%s:5000\r\nhello" % there.encode())

    def test_datagrams_both_ways(self):
        _, a, b = self.two()
        self.datagrams_between(a, b)

    def test_datagrams_through_two_radio_links(self):
        _, a, b = self.two(network={"link": {"latency_ms": 20}, "hosts": {"*": "unresolvable"}})
        self.datagrams_between(a, b)

    def test_an_address_whose_module_has_no_bearer_does_not_answer(self):
        _, a, b = self.two("--time-scale", "0.01")
        for host in a, b:
            self.tell(host, "AT+CSTT")
            self.tell(host, "AT+CIICR")
        b.send("AT+CIFSR\r")
        there = b.until(re.compile(rb"\A\r\n(10\.\d+\.\d+\.\d+)\r\n"))[1].decode()
        self.tell(b, "AT+CIPSHUT", b"\r\nSHUT OK\r\n")
        a.send("AT+CIFSR\r")
        a.until(re.compile(rb"\A\r\n10\.\d+\.\d+\.\d+\r\n"))
        self.tell(a, 'AT+CIPSTART="TCP","%s",8080' % there)
        a.until(b"\r\nCONNECT FAIL\r\n")

    def test_trace_state_and_report_are_per_module(self):
        trace, state = self.path("trace"), self.path("state")
        fault = {"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}}
        module, a, b = self.two("--trace", trace, "--state", state, faults=[fault])
        self.tell(a, "AT+CSQ", b"\r\nERROR\r\n")
        self.tell(b, "AT&W")
        self.assertEqual(sorted(os.listdir(state)), ["0", "1"])
        self.assertIn("nvram.json", os.listdir(os.path.join(state, "1")))
        module.process.send_signal(signal.SIGTERM)
        self.assertEqual(module.process.wait(DEADLINE), 0)
        self.assertEqual(module.stderr(), "sim800: never fired: /faults/0: command AT+CSQ (module phone)\n")
        events = list(read_trace(trace))
        self.assertEqual([e["module"] for e in events if e["event"] == "fault"], ["0"])
        self.assertEqual({e["module"] for e in events if e["event"] == "urc"}, {"0", "phone"})
        self.assertEqual([e["event"] for e in events if "module" not in e], ["start", "end"])
        shown = subprocess.run([SIM800, "trace", trace], capture_output=True, text=True, check=True).stdout
        self.assertRegex(shown, r"(?m)^ +\d+\.\d{3}  phone tcp:127\.0\.0\.1:0#2 +> AT&W\\r$")

    def test_the_power_key_is_everybodys(self):
        module, a, b = self.two()
        for host in a, b:
            self.tell(host, "AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n")
        module.process.send_signal(signal.SIGUSR1)
        for host in a, b:
            host.expect(BOOT)


class Endpoints(Modules):
    def imei(self, host):
        host.send("AT+CGSN\r")
        return host.until(re.compile(rb"\A\r\n(\d{15})\r\n\r\nOK\r\n"))[1].decode()

    def test_a_fleet_behind_one_port(self):
        trace = self.path("trace")
        module = self.start({"fleet": {"count": FLEET, "each": {"name": "t{n:2}"}}},
                            "--tcp-any", "127.0.0.1:0", "--trace", trace)
        self.assertRegex("\n".join(module.lines), r"\Atcp-any 127\.0\.0\.1 \d+\nready\Z")
        where = address(module.lines[0])
        hosts = [self.tcp(where) for _ in range(FLEET)]
        imeis = [self.imei(host) for host in hosts]
        self.assertEqual(len(set(imeis)), FLEET)
        surplus = self.keep(Host.tcp(where))
        self.assertEqual(surplus.rest(), b"busy\r\n")
        hosts[7].close()
        hosts[7] = None
        while True:  # until the module knows
            again = self.keep(Host.tcp(where))
            again.send("AT\r")
            again.fill(time.monotonic() + DEADLINE)
            if not again.buffer.startswith(b"busy"):
                break
            again.close()
        again.until(OK)
        self.assertEqual(self.imei(again), imeis[7])
        came = [e["module"] for e in read_trace(trace) if e["event"] == "client" and e["present"]]
        self.assertEqual(came, ["t%02d" % n for n in range(FLEET)] + ["t07"])

    def test_a_folder_of_pseudo_terminals(self):
        folder = self.path("fleet")
        module = self.start(None, "--modules", str(FLEET), "--pty-dir", folder)
        self.assertEqual(sorted(os.listdir(folder), key=int), [str(n) for n in range(FLEET)])
        self.assertRegex(module.lines[3], r"\Apty %s/3 /dev/pts/\d+ module 3\Z" % re.escape(folder))
        self.assertLess(len(os.listdir("/proc/%d/fd" % module.pid)), 2 * FLEET + 32)
        imeis = set()
        for n in range(FLEET):
            host = self.keep(Host.pty(os.path.join(folder, str(n))))
            host.expect(BOOT)
            host.send("ATE0\r")
            host.until(OK)
            imeis.add(self.imei(host))
            host.close()
        self.assertEqual(len(imeis), FLEET)
        again = self.keep(Host.pty(os.path.join(folder, "3")))
        again.send("AT\r")
        again.expect(OK)
        refused = subprocess.run([SIM800, "run", "--modules", "2", "--pty-dir", folder], capture_output=True, text=True,
                                 timeout=DEADLINE, check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("in use by another sim800", refused.stderr)
        self.assertEqual(module.end(), 0)
        self.assertEqual(os.listdir(folder), [])

    def test_each_scenario_a_module_of_its_own(self):
        files = []
        for n, operator in enumerate(("ONE", "TWO")):
            files.append(self.path("%d.json" % n))
            with open(files[-1], "w", encoding="ascii") as file:
                json.dump({"network": {"operator": operator}}, file)
        module = self.start(None, *files, "--separate", "--tcp", "127.0.0.1:0", "--tcp", "127.0.0.1:0")
        for where, operator in zip(module.tcp, (b"ONE", b"TWO")):
            host = self.tcp(where)
            self.tell(host, "AT+COPS?", b'\r\n+COPS: 0,0,"%s"\r\n' % operator + OK)

    def test_consecutive_ports(self):
        # On a loopback address of this process alone: on the common one somebody else may have the next port.
        address = "127.99.%d.%d" % (os.getpid() >> 8 & 255, os.getpid() & 255)
        with socket.create_server((address, 0)) as one:
            first = min(one.getsockname()[1], 65000)
        module = self.start(None, "--modules", "3", "--tcp", "%s:%d+" % (address, first))
        self.assertEqual([port for _, port in module.tcp], [first, first + 1, first + 2])

    def test_the_endpoints_nobody_asked_for(self):
        module = self.start(None, "--modules", "2")
        self.assertEqual(sorted(os.listdir(os.path.join(module.folder, "sim800.ttys"))), ["0", "1"])


class Refusals(AcceptanceTest):
    def refused(self, message, *arguments, scenario=None, limit=None):
        if scenario is not None:
            with open(self.path("s.json"), "w", encoding="ascii") as file:
                json.dump(scenario, file)
            arguments = (*arguments, "s.json")
        lower = None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit // 2, limit))
        before = sorted(os.listdir(self.dir))
        ran = subprocess.run([SIM800, "run", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=DEADLINE, check=False, cwd=self.dir, preexec_fn=lower)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""), ran.stderr)
        self.assertRegex(ran.stderr, message)
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_more_descriptors_than_there_can_be(self):
        self.refused(r"sim800: \d+ descriptors are needed: RLIMIT_NOFILE allows 200\n", "--modules", "300",
                     "--tcp-any", "127.0.0.1:0", limit=200)
        self.refused(r"RLIMIT_NOFILE allows 200\n", "--modules", "100", "--tcp", "127.0.0.1:0+", limit=200)
        self.refused(r"RLIMIT_NOFILE allows 200\n", "--modules", "100", "--pty-dir", "x", limit=200)

    def test_the_soft_limit_is_raised(self):
        ran = subprocess.Popen(["sh", "-c", "ulimit -Sn 64; exec \"$0\" \"$@\"", SIM800, "run", "--timing", "instant",
                                "--modules", "100", "--tcp-any", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(ran.stdout.close)
        self.addCleanup(ran.wait)
        self.addCleanup(ran.terminate)
        self.assertRegex(ran.stdout.readline(), r"\Atcp-any 127\.0\.0\.1 \d+\n\Z")
        self.assertEqual(ran.stdout.readline(), "ready\n")

    def test_more_pseudo_terminals_than_there_can_be(self):
        with open("/proc/sys/kernel/pty/max", encoding="ascii") as file:
            most = int(file.read())
        self.refused(r"sim800: %d pseudo-terminals are needed: kernel\.pty\.max allows %d, and \d+ are in use\n"
                     % (most + 1, most), "--modules", str(most + 1), "--pty-dir", "x")

    def test_what_does_not_go_together(self):
        self.refused("expected either --separate or --modules, found both", "hermetic", "--separate", "--modules", "2")
        self.refused("--modules: expected a scenario of one module, found 2", "--modules", "2",
                     scenario={"fleet": {"count": 2}})
        self.refused(r"--modules: expected a whole number from 1 to 100000, found \"0\"", "--modules", "0")
        self.refused(r"timing\.scale: expected the same for all modules, found 1 and 2", "--separate", "hermetic",
                     scenario={"timing": {"scale": 2}})
        self.refused(r'--tcp: expected a port with 9 more up to 65535, found "127\.0\.0\.1:65530\+"', "--modules", "10",
                     "--tcp", "127.0.0.1:65530+")
        self.refused(r'--tcp: expected HOST:PORT\+, found "x\+"', "--modules", "2", "--tcp", "x+")

    def test_names_and_numbers_are_each_modules_own(self):
        self.refused(r'sim\.number: expected another one for each module, found "\+49170" for a and b',
                     scenario={"modules": [{"name": "a", "sim": {"number": "+49170"}},
                                           {"name": "b", "sim": {"number": "+49170"}}]})
        self.refused(r's\.json:1:\d+: /modules/1/name: expected each name once, and no other module\'s number, found "0"',
                     scenario={"modules": [{}, {"name": "0"}]})


if __name__ == "__main__":
    unittest.main()
