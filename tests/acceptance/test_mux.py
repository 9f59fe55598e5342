# AT+CMUX as a host sees it: an independent multiplexer on the other end, programs on its links.
# SPDX-License-Identifier: MIT
import os
import re
import select
import subprocess
import threading
import tty
import unittest

from harness import DEADLINE, OK, AcceptanceTest, Host
from mux_host import CLD, DISC, MSC, UA, MuxHost
from servers import ScriptedServer, at, page

BODY = bytes(range(256)) * 40  # 10,240 bytes, all values


class Mux(AcceptanceTest):
    def start(self, *options, opening="AT+CMUX=0", **world):
        self.line = self.host(self.module(*options, scenario=world))
        self.line.ok("ATE0")
        self.line.send(opening + "\r")
        self.line.expect(OK)
        self.mux = self.keep(MuxHost(self.line))
        self.links = {number: Host(end.fileno(), end) for number, end in self.mux.links.items()}

    def test_four_channels(self):
        self.start()
        for link in self.links.values():
            link.say("AT", OK)
        self.links[2].ok("ATE0")
        self.links[3].say("AT", OK)
        self.mux.until(lambda: len(set(self.mux.messages)) == 4)
        self.assertEqual(set(self.mux.messages), {(MSC, bytes([link << 2 | 3, 0x0D])) for link in (1, 2, 3, 4)})
        self.mux.tell(MSC, b"\x07\x0D")
        self.assertEqual(self.mux.problems, [])

    def test_a_page_on_one_link_while_another_asks(self):
        server = self.keep(ScriptedServer(page(BODY)))
        self.start(opening="AT+CMUX=0,0,5,1510", network={"hosts": {"a.test": at(server.port)}})
        data, other = self.links[2], self.links[1]
        data.open_bearer()
        data.http("a.test")
        data.ok("AT+HTTPACTION=0")
        for _ in range(50):
            self.assertIn("+CSQ: 21,0", other.ask("AT+CSQ"))
        self.assertEqual(data.outcome(), (200, len(BODY)))  # on the link that asked
        other.ok("AT")
        self.assertEqual(other.buffer, b"")
        self.assertEqual(data.read(), BODY)

    def test_what_nobody_asked_for_comes_on_the_first_link(self):
        self.start(events=[{"period": "1s", "do": {"sms": {"from": "+49170", "text": "Hi"}}}])
        self.links[1].until(re.compile(rb'\r\n\+CMTI: "SM",1\r\n'))
        self.links[2].say("AT", OK)
        self.assertEqual(self.links[2].buffer, b"")

    def test_the_end(self):
        for last in (lambda: self.mux.tell(CLD), lambda: self.mux.ask(0, DISC, UA)):
            self.start()
            self.links[1].say("AT", OK)
            last()
            self.mux.until(lambda: True)
            os.write(self.mux.woken, b"x")
            self.mux.thread.join()
            self.line.buffer = b""
            self.line.send("AT\r")
            self.line.expect(OK)

    def test_gammu_on_a_link(self):
        self.start(sim={"number": "+8613800138000"})
        master, slave = os.openpty()
        tty.setraw(slave)
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        stop, stopped = os.pipe()
        bridge = threading.Thread(target=self.bridge, args=(master, self.links[3].descriptor, stop), daemon=True)
        bridge.start()
        with open(self.path("gammurc"), "w", encoding="ascii") as file:
            file.write("[gammu]\ndevice = %s\nconnection = at115200\nsynchronizetime = no\n" % os.ttyname(slave))
        done = subprocess.run(["gammu", "-c", self.path("gammurc"), "identify"], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": self.dir}, timeout=2 * DEADLINE)
        os.write(stopped, b"x")
        bridge.join()
        os.close(stop)
        os.close(stopped)
        self.assertIn("866104020304051", done.stdout + done.stderr)
        self.links[1].say("AT", OK)

    @staticmethod
    def bridge(one, other, stop):
        while True:
            ready = select.select([one, other, stop], [], [])[0]
            if stop in ready:
                return
            for source, target in ((one, other), (other, one)):
                if source in ready:
                    os.write(target, os.read(source, 4096))


if __name__ == "__main__":
    unittest.main()
