# Data calls as a host with a TCP/IP stack of its own sees them: PPP on a line and on a DLC, names, connections, faults.
# SPDX-License-Identifier: MIT
import hashlib
import json
import os
import struct
import subprocess
import threading
import unittest

from control import Control
from harness import DEADLINE, AcceptanceTest, Host
from mux_host import MuxHost
from ppp_host import CHAP, IPCP, LCP, PAP, PppHost, packet
from servers import ScriptedServer, at, page

BODY = bytes(range(256)) * 40
LOOPBACK = bytes([127, 0, 0, 1])


class Ppp(AcceptanceTest):
    def start(self, *options, **world):
        self.running = self.module(*options, scenario=world)
        self.line = self.host(self.running)
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

    def test_every_octet_of_chap(self):
        line = self.start(network={"apns": {"": {"user": "me", "password": "secret", "ip": "10.89.193.1"}}})
        ppp = self.dial(line)
        ppp.hears(LCP, "010100120206000a00000304c02307020802")
        ppp.ask(LCP, 3, 1, "0305c22305")  # CHAP-MD5, please
        ppp.hears(LCP, "010200130206000a00000305c2230507020802")
        ppp.ask(LCP, 2, 2, "0206000a00000305c2230507020802")
        ppp.ask(LCP, 1, 7, "0206000a0000")
        ppp.hears(LCP, "0207000a0206000a0000")
        protocol, challenge = ppp.next()
        self.assertEqual((protocol, challenge[:5], challenge[21:]), (CHAP, b"\1\1\0\x1b\x10", b"SIM800"))
        digest = hashlib.md5(b"\1" + b"secret" + challenge[5:21]).digest()
        ppp.send(CHAP, packet(2, 1, b"\x10" + digest + b"me"))
        ppp.hears(CHAP, "03010004")
        ppp.hears(IPCP, "0101000a0306c0a8fefe")
        ppp.ask(IPCP, 2, 1, "0306c0a8fefe")
        ppp.ask(IPCP, 1, 3, "03060a59c101")
        ppp.hears(IPCP, "0203000a03060a59c101")

    def test_a_wrong_password_by_chap(self):
        line = self.start(network={"apns": {"": {"user": "me", "password": "secret"}}})
        ppp = self.dial(line)
        ppp.hears(LCP, "010100120206000a00000304c02307020802")
        ppp.ask(LCP, 3, 1, "0305c22305")
        ppp.hears(LCP, "010200130206000a00000305c2230507020802")
        ppp.ask(LCP, 2, 2, "0206000a00000305c2230507020802")
        ppp.ask(LCP, 1, 7, "0206000a0000")
        ppp.hears(LCP, "0207000a0206000a0000")
        self.assertEqual(ppp.next()[0], CHAP)
        ppp.send(CHAP, packet(2, 1, b"\x10" + bytes(16) + b"me"))
        ppp.hears(CHAP, "03010004")  # the module lets in, the network does not
        ppp.hears(LCP, "05030004")
        ppp.ask(LCP, 6, 3)
        line.buffer = ppp.rest + line.buffer
        line.until(b"\r\nNO CARRIER\r\n")

    def test_what_a_host_may_ask_for_and_what_not(self):
        ppp = self.dial(self.start())
        ppp.hears(LCP, "010100120206000a00000304c02307020802")
        ppp.ask(LCP, 1, 1, "0104057802060000000005061122334407020802")  # MRU, no escapes, magic, PFC, ACFC
        ppp.hears(LCP, "0301000a0206000a0000")
        ppp.ask(LCP, 1, 2, "0d03061104060013090300aabbccddee0206000a0000")  # callback, MRRU, endpoint
        self.assertEqual(ppp.next()[1][0], 4)
        ppp.ask(LCP, 1, 3, "0304c0230206000a0000")  # the module is to prove itself
        ppp.hears(LCP, "040300080304c023")
        ppp.ask(LCP, 1, 4, "010405780206000a000005061122334407020802")
        ppp.hears(LCP, "0204001801040578" "0206000a0000" "050611223344" "0702" "0802")
        ppp.ask(LCP, 4, 1, "0206000a00000304c02307020802")  # none of its own
        ppp.hears(LCP, "01020004")
        ppp.ask(LCP, 2, 2)
        ppp.ask(LCP, 9, 5, "1122334401020304")
        ppp.hears(LCP, "0a05000c0000000001020304")
        ppp.ask(LCP, 15, 6, "00")  # no such code
        ppp.hears(LCP, "070300090f06000500")
        ppp.send(0x80FD, packet(1, 1, bytes.fromhex("1a040000")))  # CCP
        ppp.hears(LCP, "0804000e80fd010100081a040000")

    def test_ipcp_option_by_option(self):
        line = self.start(network={"apns": {"": {"ip": "10.89.193.1"}}})
        ppp = self.dial(line)
        ppp.negotiate(LCP, bytes.fromhex("0206000a0000"))
        ppp.hears(IPCP, "0101000a0306c0a8fefe")
        ppp.ask(IPCP, 1, 1, "0206002d0f01030600000000")  # VJ
        ppp.hears(IPCP, "0401000a0206002d0f01")
        ppp.ask(IPCP, 1, 2, "03060a000001810601020304830605060708")  # addresses of its own
        ppp.hears(IPCP, "0302001603060a59c101810608080808830608080404")
        ppp.ask(IPCP, 3, 1, "03060a000001")  # and one for the module
        self.assertEqual(ppp.next()[1][0], 1)
        ppp.ask(IPCP, 1, 3, "03060a59c101")
        ppp.hears(IPCP, "0203000a03060a59c101")

    def test_frames_without_what_need_not_be_said(self):
        line = self.start(network={"hosts": {"*": "unresolvable"}})
        ppp = self.dial(line).open()
        whole = ppp.send
        ppp.send = lambda protocol, info: whole(protocol, info, short=True)
        self.assertEqual(ppp.resolve("a.test"), 3)
        self.assertTrue(ppp.shortened)

    def test_the_trace_counts(self):
        server = self.keep(ScriptedServer(page(BODY)))
        trace = self.path("trace")
        line = self.start("--trace", trace, network={"hosts": {"a.test": at(server.port)}})
        ppp = self.dial(line).open()
        self.fetch(ppp, 80)
        ppp.close()
        line.buffer = ppp.rest
        line.until(b"\r\nNO CARRIER\r\n")
        with open(trace, encoding="utf-8") as file:
            events = [event for event in map(json.loads, file) if event["event"] == "ppp"]
        self.assertEqual([event["state"] for event in events], ["dialled", "up", "over"])
        self.assertEqual((events[2]["reason"], events[2]["lost"], events[2]["bad_frames"]), ("host", 0, 0))
        self.assertGreater(events[2]["received"], len(BODY))
        self.assertGreater(events[2]["packets_sent"], 3)

    # --- the link and faults act on packets

    def with_faults(self, *faults, **network):
        server = self.keep(ScriptedServer(page(BODY)))
        line = self.start("--control", "127.0.0.1:0", faults=list(faults),
                          network={"hosts": {"a.test": at(server.port)}, **network})
        self.clock = Control.of(self.running)
        return self.dial(line).open()

    def advance(self, by):
        self.clock.post("/clock/advance", {"by": by})

    def assert_no_answer(self, ppp):
        """The module has looked at everything it was sent, and says nothing but that it is there."""
        ppp.send(LCP, packet(9, 1, bytes(4)))
        self.assertEqual(ppp.next(), (LCP, bytes.fromhex("0a01000800000000")))

    def assert_connected_after_a_second(self, ppp):
        to = ppp.resolve("a.test")
        self.clock.post("/clock/pause")
        syn = lambda: ppp.segment(to, (50001, 80), 2, 1000, 0)
        syn()
        self.clock.get("/wait?fault=0")
        self.assert_no_answer(ppp)
        self.advance("999ms")
        syn()
        self.assert_no_answer(ppp)
        self.advance("1ms")
        syn()
        self.assertEqual(ppp.next_ip(6)[1][13], 0x12)

    def test_a_connection_that_is_reset(self):
        ppp = self.with_faults({"on": {"socket": {"phase": "connect"}, "nth": 1}, "do": {"connection": "reset"}},
                               {"on": {"socket": {"phase": "data", "direction": "down", "after_bytes": 3000}, "nth": 1},
                                "do": {"connection": "reset"}})
        to = ppp.resolve("a.test")
        for own in (50001, 50002):
            self.assertRaises(ConnectionError, ppp.fetch, to, 80, b"GET / HTTP/1.0\r\n\r\n", own)
        self.assertTrue(ppp.fetch(to, 80, b"GET / HTTP/1.0\r\n\r\n", 50003).endswith(BODY))

    def test_a_connection_that_is_held_up(self):
        ppp = self.with_faults({"on": {"socket": {"phase": "connect"}, "nth": 1}, "do": {"delay": "1s"}})
        self.assert_connected_after_a_second(ppp)

    def test_a_connection_that_is_swallowed(self):
        ppp = self.with_faults({"on": {"socket": {"host": "a.test", "phase": "connect"}, "nth": 1}, "do": {"silence": "1s"}})
        self.assert_connected_after_a_second(ppp)

    def test_a_link_that_takes_its_time(self):
        ppp = self.with_faults(link={"latency_ms": 600})
        self.clock.post("/clock/pause")
        ppp.query("a.test")
        for step in ("300ms", "299ms", "1ms"):  # half of it in each direction
            self.assert_no_answer(ppp)
            self.advance(step)
        self.assertIsInstance(ppp.answer(), bytes)

    def test_a_link_of_80_kbit_per_second(self):
        ppp = self.with_faults(link={"down_kbps": 80})
        begin = self.clock.get("/clock")["time"]
        self.assertTrue(self.fetch(ppp, 80).endswith(BODY))
        self.assertGreaterEqual(self.clock.get("/clock")["time"] - begin, len(BODY) * 8 / 80000)

    def test_a_link_without_luck(self):
        ppp = self.with_faults(link={"loss": 1})
        ppp.datagram(ppp.dns, 53, b"\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\1\0\1")
        ppp.send(LCP, packet(9, 1, bytes(4)))
        self.assertEqual(ppp.next(), (LCP, bytes.fromhex("0a01000800000000")))

    # --- what is wrong with the module's end

    def test_a_module_that_does_not_speak_ip(self):
        ppp = self.dial(self.start(network={"ppp": {"ip": "refuse"}}))
        ppp.negotiate(LCP, bytes.fromhex("0206000a0000"))
        ppp.ask(IPCP, 1, 1, "030600000000")
        ppp.hears(LCP, "080300108021" "0101000a030600000000")

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

    def test_a_connection_that_is_reset_while_the_host_only_listens(self):
        heard, left = threading.Event(), threading.Event()

        def talk(connection, _):
            connection.sendall(b"0123456789")
            heard.wait(DEADLINE)
            connection.sendall(b"0123456789")
            try:
                connection.recv(1)
            except ConnectionResetError:
                pass
            left.set()
        server = self.keep(ScriptedServer(talk))
        line = self.start(network={"hosts": {"a.test": at(server.port)}}, faults=[
            {"on": {"socket": {"phase": "data", "direction": "down", "after_bytes": 15}}, "do": {"connection": "reset"}}])
        ppp = self.dial(line).open()
        to, ports = ppp.resolve("a.test"), (50000, 80)
        ppp.segment(to, ports, 2, 1000, 0)
        theirs = struct.unpack(">I", ppp.next_ip(6)[1][4:8])[0] + 1
        ppp.segment(to, ports, 0x18, 1001, theirs, b"GET / HTTP/1.0\r\n\r\n")
        got = b""
        while not got.endswith(b"0123456789"):
            got = ppp.next_ip(6)[1]
        ppp.segment(to, ports, 0x10, 1019, theirs + 10)
        ppp.send(LCP, packet(9, 1, bytes(4)))
        while ppp.next()[0] != LCP:  # the echo: the module has the acknowledgement
            pass
        heard.set()
        got = ppp.next_ip(6)[1]
        self.assertEqual((struct.unpack(">I", got[4:8])[0], got[13] & 4), (theirs + 10, 4))
        self.assertTrue(left.wait(DEADLINE))

    def test_a_file_that_cannot_be_written(self):
        done = subprocess.run([os.environ["SIM800"], "run", "--stdio", "--pcap", self.path("no/call.pcap")],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--pcap: expected a file that can be written, found ", done.stderr)


if __name__ == "__main__":
    unittest.main()
