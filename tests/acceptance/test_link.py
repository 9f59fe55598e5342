# The radio link as a host and a server see it: models and faults of a scenario act on real connections.
# SPDX-License-Identifier: MIT
import unittest

from harness import AcceptanceTest
from servers import ScriptedServer, at, page

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


if __name__ == "__main__":
    unittest.main()
