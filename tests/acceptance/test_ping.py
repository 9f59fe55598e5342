# AT+CIPPING over real ICMP on loopback, as a host sees it.
# SPDX-License-Identifier: MIT
import os
import re
import socket
import unittest
import unittest.mock

from harness import SIM800, AcceptanceTest


def permitted(kind):
    try:
        socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        return True
    except PermissionError:
        return False


def icmp_permitted():
    return permitted(socket.SOCK_RAW) or permitted(socket.SOCK_DGRAM)


class PingTest(AcceptanceTest):
    def start(self, hosts, *options, **network):
        module = self.module(*options, scenario={"network": {"hosts": hosts, **network}})
        self.errors = module.stderr
        self.line = self.host(module)
        self.line.ok("AT+CMEE=1", "AT+CSTT", "AT+CIICR")
        self.line.ask("AT+CIFSR;+CMEE=1")

    def probes(self, line):
        answer = self.line.ask(line)
        self.assertTrue(answer.endswith("\r\n\r\nOK\r\n"), answer)
        return [tuple(found.groups()) for found in re.finditer(r'\+CIPPING: (\d+),"([^"]*)",(\d+),(\d+)\r\n', answer)]

    @unittest.skipUnless(icmp_permitted(), "the system permits no ICMP")
    def test_a_host_that_answers(self):
        self.start({"www.google.com": "127.0.0.1", "*": "unresolvable"})
        for length in (0, 32, 1024):
            probes = self.probes('AT+CIPPING="www.google.com",3,%d' % length)
            self.assertEqual([probe[:2] for probe in probes], [(str(n), "127.0.0.1") for n in (1, 2, 3)])
            self.assertTrue(all(1 <= int(time) < 100 and 64 <= int(ttl) for _, _, time, ttl in probes), probes)

    @unittest.skipUnless(icmp_permitted(), "the system permits no ICMP")
    def test_the_links_latency_is_what_a_probe_measures(self):
        self.start({"8.8.8.8": "127.0.0.1"}, "--time-scale", "0.2", link={"latency_ms": 2000})
        number, address, time, _ = self.probes('AT+CIPPING="8.8.8.8",1')[0]
        self.assertEqual((number, address), ("1", "8.8.8.8"))
        self.assertGreaterEqual(int(time), 20)

    def test_hosts_that_do_not_answer(self):
        self.start({"8.8.8.8": "blackhole", "shut.test": "refuse", "*": "unresolvable"}, "--time-scale", "0.01")
        self.assertEqual(self.probes('AT+CIPPING="8.8.8.8",2,32,10'),
                         [("1", "8.8.8.8", "600", "255"), ("2", "8.8.8.8", "600", "255")])
        self.assertEqual(self.probes('AT+CIPPING="shut.test",1')[0][2:], ("600", "255"))
        self.line.say('AT+CIPPING="nowhere.test"', b"\r\n+CME ERROR: 160\r\n")
        self.line.say('AT+CIPPING="1.2.3.4",1', b'\r\n+CIPPING: 1,"1.2.3.4",600,255\r\n\r\nOK\r\n')

    def test_where_icmp_is_not_permitted_probes_time_out_and_the_log_says_why(self):
        if permitted(socket.SOCK_DGRAM):
            self.skipTest("the system permits ICMP to everybody")
        if permitted(socket.SOCK_RAW):  # take that away
            wrapper = self.path("sim800")
            with open(wrapper, "w", encoding="ascii") as file:
                file.write('#!/bin/sh\nexec setpriv --bounding-set=-net_raw --inh-caps=-net_raw %s "$@"\n' % SIM800)
            os.chmod(wrapper, 0o755)
            self.enterContext(unittest.mock.patch("harness.SIM800", wrapper))
        self.start({"a.test": "127.0.0.1"}, "--time-scale", "0.01")
        self.assertEqual(self.probes('AT+CIPPING="a.test",1'), [("1", "127.0.0.1", "600", "255")])
        self.assertIn("ICMP is not permitted", self.errors())


if __name__ == "__main__":
    unittest.main()
