# Data calls as a host with a TCP/IP stack of its own sees them: PPP on a line and on a DLC, names, connections, faults.
# SPDX-License-Identifier: MIT
import os
import struct
import subprocess
import unittest

from harness import AcceptanceTest, Host
from mux_host import MuxHost
from ppp_host import IPCP, LCP, PAP, PppHost, packet
from servers import ScriptedServer, at, page

BODY = bytes(range(256)) * 40
LOOPBACK = bytes([127, 0, 0, 1])


class Ppp(AcceptanceTest):
    def start(self, *options, **world):
        self.line = self.host(self.module(*options, scenario=world))
        self.line.ok("ATE0")
        return self.line

    def dial(self, line, proof="refuse", command="ATD*99#"):
        line.send(command + "\r")
        line.expect(b"\r\nCONNECT\r\n")
        return PppHost(line, proof)

    def fetch(self, ppp, port):
        return ppp.fetch(ppp.resolve("a.test"), port, b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n")

    def test_every_octet_of_a_negotiation(self):
        line = self.start(network={"apns": {"": {"ip": "10.89.193.1"}}})
        ppp = self.dial(line, (b"me", b"secret"))
        ppp.open()
        self.assertEqual(ppp.address, bytes([10, 89, 193, 1]))
        ppp.close()
        line.buffer = ppp.rest
        line.until(b"\r\nNO CARRIER\r\n")
        line.send("AT\r")
        line.expect(b"\r\nOK\r\n")
        self.assertEqual([(protocol, info.hex()) for protocol, info in ppp.said], [
            (LCP, "010100120206000a00000304c02307020802"),
            (LCP, "0301000a0206000a0000"),
            (LCP, "020200140206000a000005061122334407020802"),
            (PAP, "0201000500"),
            (IPCP, "0101000a0306c0a8fefe"),
            (IPCP, "0301001603060a59c101810608080808830608080404"),
            (IPCP, "0202001603060a59c101810608080808830608080404"),
            (LCP, "064d0004")])

    def test_a_page_by_name(self):
        server = self.keep(ScriptedServer(page(BODY)))
        line = self.start(network={"hosts": {"a.test:8080": at(server.port), "*": "unresolvable"}})
        ppp = self.dial(line).open()
        self.assertTrue(self.fetch(ppp, 8080).endswith(BODY))
        self.assertEqual(ppp.resolve("b.test"), 3)
        self.assertEqual(ppp.resolve("a.test", bytes([9, 9, 9, 9])), ppp.resolve("A.test"))

    def test_nothing_but_what_the_scenario_allows(self):
        server = self.keep(ScriptedServer(page(BODY)))
        line = self.start(network={"hosts": {"gone.test": "refuse", "*": "unresolvable"}})
        ppp = self.dial(line).open()
        self.assertRaises(ConnectionError, ppp.fetch, ppp.resolve("gone.test"), 80, b"")
        ppp.segment(LOOPBACK, (1, server.port), 2, 0, 0)
        _, told = ppp.next_ip(1)
        self.assertEqual(told[:2], b"\3\1")  # no such host
        self.assertEqual(server.requests, [])

    def test_on_a_dlc_beside_commands(self):
        server = self.keep(ScriptedServer(page(BODY)))
        line = self.start(network={"hosts": {"a.test": at(server.port)}})
        line.send("AT+CMUX=0\r")
        line.expect(b"\r\nOK\r\n")
        mux = self.keep(MuxHost(line))
        data, other = (Host(mux.links[link].fileno(), mux.links[link]) for link in (2, 1))
        data.ok("ATE0")
        ppp = self.dial(data).open()
        for _ in range(20):
            self.assertIn("+CSQ: 21,0", other.ask("AT+CSQ"))
        self.assertTrue(self.fetch(ppp, 80).endswith(BODY))
        other.ok("AT")
        ppp.close()
        data.buffer = ppp.rest
        data.until(b"\r\nNO CARRIER\r\n")
        self.assertEqual(mux.problems, [])

    def test_ping(self):
        line = self.start()
        ppp = self.dial(line).open()
        allowed = subprocess.run(["sysctl", "-n", "net.ipv4.ping_group_range"], capture_output=True, check=False)
        low, high = (allowed.stdout.split() or [b"1", b"0"])[:2]
        if int(low) > int(high):
            self.skipTest("the system permits no ping")
        source, reply = ppp.ping(LOOPBACK)
        self.assertEqual((source, reply[:1], reply[8:]), (LOOPBACK, b"\0", b"0123456789"))

    def test_the_packets_in_a_file(self):
        file = self.path("call.pcap")
        line = self.start("--pcap", file, network={"hosts": {"*": "unresolvable"}})
        self.dial(line).open().resolve("a.test")
        with open(file, "rb") as capture:
            data = capture.read()
        self.assertEqual(struct.unpack("<IHHIIII", data[:24]), (0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        packets, rest = [], data[24:]
        while rest:
            size = struct.unpack("<IIII", rest[:16])[2]
            packets.append(rest[16:16 + size])
            rest = rest[16 + size:]
        self.assertEqual([len(each) == size and each[9] for each, size in zip(packets, (52, 52))], [17, 17])

    def test_a_link_that_loses_everything(self):
        line = self.start(network={"link": {"blackhole": True}})
        ppp = self.dial(line).open()
        ppp.datagram(ppp.dns, 53, b"")
        ppp.send(LCP, packet(9, 1, bytes(4)))
        self.assertEqual(ppp.next(), (LCP, bytes.fromhex("0a01000800000000")))

    def test_refused_authentication(self):
        line = self.start(network={"ppp": {"authentication": "refuse"}})
        ppp = self.dial(line, (b"me", b"secret"))
        self.assertRaises(AssertionError, ppp.open)
        self.assertEqual((ppp.said[-1][0], ppp.said[-1][1].hex()), (PAP, "0301000500"))
        self.assertEqual(ppp.next(), (LCP, bytes.fromhex("05020004")))
        ppp.send(LCP, packet(6, 2))
        line.buffer = ppp.rest
        line.until(b"\r\nNO CARRIER\r\n")

    def test_a_lost_context(self):
        line = self.start(events=[{"after": "3s", "do": {"bearer": "lost"}}])
        ppp = self.dial(line).open()
        self.assertEqual(ppp.next(), (LCP, bytes.fromhex("05030004")))
        line.buffer = ppp.rest + line.buffer
        line.until(b"\r\nNO CARRIER\r\n")

    def test_a_file_that_cannot_be_written(self):
        done = subprocess.run([os.environ["SIM800"], "run", "--stdio", "--pcap", self.path("no/call.pcap")],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--pcap: expected a file that can be written, found ", done.stderr)


if __name__ == "__main__":
    unittest.main()
