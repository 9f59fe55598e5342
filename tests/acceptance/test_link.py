# The radio link as a host and a server see it: models and faults of a scenario act on real connections.
# SPDX-License-Identifier: MIT
import json
import unittest
import urllib.request

from harness import BOOT, OK, AcceptanceTest
from servers import LOOPBACK, ScriptedServer, at, page
from sockets import SocketHost, TcpServer, UdpServer, echo

BODY = bytes(range(256)) * 40  # 10,240 bytes


class LinkTest(AcceptanceTest):
    def start(self, network=None, faults=(), *options, talk=None):
        self.server = self.keep(ScriptedServer(talk or page(BODY)))
        hosts = {"a.test": at(self.server.port), "*": "unresolvable"}
        scenario = {"network": {"hosts": hosts, **(network or {})}, "faults": list(faults)}
        self.line = self.host(self.module(*options, scenario=scenario))
        self.line.open_bearer()
        self.line.http("a.test")

    def test_a_slow_link_brings_every_byte(self):
        self.start({"link": {"latency_ms": 600, "jitter_ms": 200, "down_kbps": 40, "up_kbps": 20}}, (),
                   "--time-scale", "0.05")
        self.assertEqual(self.line.action(), (200, len(BODY)))
        self.assertEqual(self.line.read(), BODY)

    def test_a_black_hole_runs_into_the_time_limit(self):
        self.start({"link": {"blackhole": True}}, (), "--time-scale", "0.01")
        self.assertEqual(self.line.action(), (601, 0))
        self.assertEqual(self.server.requests, [])

    def test_a_link_that_is_down_for_a_while(self):
        fault = {"on": {"http": {"phase": "request"}}, "do": {"link": {"blackhole": True}, "for": "20s"}}
        self.start(None, [fault], "--time-scale", "0.01")
        self.assertEqual(self.line.action(), (200, len(BODY)))

    def test_a_reset_in_the_body(self):
        fault = {"on": {"http": {"phase": "data", "after_bytes": 4000}, "nth": 1}, "do": {"connection": "reset"}}
        self.start(None, [fault])
        self.assertEqual(self.line.action(), (601, 0))
        self.assertEqual(self.line.read(), BODY[:4000])
        self.assertEqual(self.line.action(), (200, len(BODY)))

    def test_a_body_without_length_that_ends_early(self):
        fault = {"on": {"http": {"phase": "data"}}, "do": {"truncate_after": 1000}}
        self.start(None, [fault], talk=b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
        self.assertEqual(self.line.action(), (200, 1000))
        self.assertEqual(self.line.read(), BODY[:1000])

    def test_each_phase_can_end_with_a_code(self):
        for phase in ("dns", "connect", "request", "header", "data"):
            with self.subTest(phase):
                self.start(None, [{"on": {"http": {"phase": phase}}, "do": {"http_status": 604}}])
                self.assertEqual(self.line.action(), (604, 0))


class WrongAnswers(AcceptanceTest):
    """What a name server may say."""

    def setUp(self):
        super().setUp()
        self.right, self.wrong = (self.keep(ScriptedServer(page(body))) for body in (b"right", b"sign in here"))

    def start(self, hosts, faults=(), *options):
        self.emulator = self.module(*options, scenario={"network": {"hosts": hosts}, "faults": list(faults)})
        self.line = self.host(self.emulator)
        self.line.open_bearer()
        self.line.http("a.test")

    def asks(self):
        return self.line.action(), self.line.read()

    def test_a_name_of_a_domain_leads_somewhere_else(self):
        self.start({"a.test": at(self.wrong.port), "*.test": at(self.right.port), "*": "unresolvable"})
        self.assertEqual(self.asks(), ((200, 12), b"sign in here"))
        self.line.ok('AT+HTTPPARA="URL","b.test"')
        self.assertEqual(self.asks(), ((200, 5), b"right"))
        self.line.ok('AT+HTTPPARA="URL","b.example"')
        self.assertEqual(self.line.action(), (603, 0))

    def test_a_name_that_is_unknown_for_once(self):
        self.start({"a.test": at(self.right.port)}, [{"on": {"http": {"phase": "dns"}, "nth": 2}, "do": {"dns": "fail"}}])
        self.assertEqual(self.asks(), ((200, 5), b"right"))
        self.assertEqual(self.line.action(), (603, 0))
        self.assertEqual(self.asks(), ((200, 5), b"right"))

    def test_the_answer_changes_while_the_module_runs(self):
        self.start({"a.test": at(self.right.port)}, (), "--control", "127.0.0.1:0")
        url, = (line.split(" ")[1] for line in self.emulator.lines if line.startswith("control "))

        def answer(value):
            body = json.dumps({"network": {"hosts": {"a.test": value}}}).encode()
            urllib.request.urlopen(urllib.request.Request(url + "/v1/world", body, method="PATCH")).close()
        self.assertEqual(self.asks(), ((200, 5), b"right"))
        answer(at(self.wrong.port))
        self.assertEqual(self.asks(), ((200, 12), b"sign in here"))
        answer("unresolvable")
        self.assertEqual(self.line.action(), (603, 0))


class Sockets(AcceptanceTest):
    def start(self, faults, **network):
        hosts = {"*": "unresolvable", LOOPBACK: LOOPBACK}
        module = self.module(scenario={"network": {"hosts": hosts, **network}, "faults": faults})
        host = self.keep(SocketHost.tcp(module.tcp[0]))
        host.expect(BOOT)
        host.bring_up("AT+CIPMUX=1", "AT+CIPQSEND=1", "AT+CIPRXGET=1")
        return host

    def test_datagrams_are_lost_while_the_link_loses_all(self):
        came = []

        def answer(data):
            came.append(data)
            return data
        server = self.keep(UdpServer(answer))
        host = self.start([{"on": {"command": "AT+CSQ"}, "do": {"link": {"loss": 1}}},
                           {"on": {"command": "AT+CREG"}, "do": {"link": {"loss": 0}}}])
        host.connect(0, LOOPBACK, server.port, "UDP")
        host.transmit(0, b"first")
        self.assertEqual(host.fetch(0), b"first")
        host.send("AT+CSQ\r")
        host.until(b"OK\r\n")
        for _ in range(5):
            host.transmit(0, b"lost")
        host.send("AT+CREG?\r")
        host.until(b"OK\r\n")
        host.transmit(0, b"last")
        self.assertEqual(host.fetch(0), b"last")
        self.assertEqual(came, [b"first", b"last"])

    def test_a_call_suspends_what_passes_a_connection(self):
        came = bytearray()

        def note(connection):
            while data := connection.recv(65536):
                came.extend(data)
                connection.sendall(data)
        server = self.keep(TcpServer(note))
        host = self.start([], link={"latency_ms": 2}, numbers={"*": {"call": "answer", "after": "20ms"}})
        host.connect(0, LOOPBACK, server.port)
        host.transmit(0, b"before")
        self.assertEqual(host.receive(0, 6), b"before")
        host.do("AT+COLP=1")
        host.send("ATD100;\r")
        host.until(OK)
        host.transmit(0, b"during")
        for _ in range(20):
            host.do("AT")  # nothing is announced
        self.assertEqual(came, b"before")
        host.send("ATH\r")
        host.until(OK)
        self.assertEqual(host.receive(0, 6), b"during")
        self.assertEqual(came, b"beforeduring")

    def test_what_passes_a_connection_is_a_trigger(self):
        server = self.keep(TcpServer(echo))
        host = self.start([{"on": {"socket": {"match": "START (\\w+)", "direction": "up"}}, "do": {"urc": "+UP: $1"}},
                           {"on": {"socket": {"match": "STOP", "direction": "down", "id": 0}}, "do": {"connection": "reset"}}])
        host.connect(0, LOOPBACK, server.port)
        host.transmit(0, b"some STA")
        host.transmit(0, b"RT engine, ")  # half of it in each block
        host.until(b"\r\n+UP: engine\r\n")
        self.assertEqual(host.receive(0, 19), b"some START engine, ")
        host.send("AT+CIPSEND=0,4\r")
        host.until(b"\r\n> ")
        host.send(b"STOP")
        host.until(b"\r\n0, CLOSED\r\n")


if __name__ == "__main__":
    unittest.main()
