# Each shipped scenario that needs a server: its dialogue, what the server saw, and three runs that are one.
# SPDX-License-Identifier: MIT
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

from ftp_servers import Pyftpdlib
from harness import DEADLINE, DIALOGUES, SIM800, AcceptanceTest
from servers import OpensslServer, ScriptedServer, at, make_certificates, page
from sockets import Sink, TcpServer, echo
from traces import TraceWatch

TESTS = os.path.dirname(DIALOGUES)
SCENARIOS = os.path.join(os.path.dirname(TESTS), "scenarios")
NEEDS = re.compile(r"# Needs: (.*)\n")
RUNS = 3


def bytes_counting_up(count):
    return (bytes(range(256)) * (count // 256 + 1))[:count]


def page_of_the_size_asked_for(connection, request):
    """GET /1000 is answered with 1,000 bytes."""
    connection.sendall(page(bytes_counting_up(int(request.split()[1].strip(b"/")))))


def dialogue(name):
    return os.path.join(TESTS, "scenarios", name + ".txt")


def needs(name):
    with open(dialogue(name), encoding="utf-8") as file:
        found = NEEDS.match(file.readline())
    return found[1].split(", ") if found else []


def normalised(events):
    """A trace without the time on the wall: each kind of event in its order, and what went over a wire in one piece.
    How a server and a host that do not wait for each other mix is not the scenario's to say."""
    kinds = {}
    for event in events:
        event = {key: value for key, value in event.items() if key not in ("t", "wall", "file", "arguments")}
        kind = event["event"]
        if kind in ("rx", "tx"):
            wire = kind, event["channel"]
            kinds[wire] = kinds.get(wire, "") + event["data"]
        else:
            kinds.setdefault(kind, []).append(event)
    return kinds


class Scenarios(AcceptanceTest):
    """One test for each dialogue in tests/scenarios/ that names what it needs."""

    def run_once(self, name, servers, *options):
        """Plays it on a module of its own; the trace."""
        with open(os.path.join(SCENARIOS, name + ".json"), encoding="utf-8") as file:
            scenario = json.load(file)
        hosts = {host: at(server.port) for host, server in servers.items()}
        scenario.setdefault("network", {}).setdefault("hosts", hosts)
        trace = TraceWatch(os.path.join(tempfile.mkdtemp(dir=self.dir), "trace"))
        module = self.module("--time-scale", "0.01", "--trace", trace.path, *options, scenario=scenario)
        files = [os.path.join(DIALOGUES, "00-bearer-open.txt")]
        files += [dialogue("setup-" + server) for server in ("http", "ftp", "sockets") if server in needs(name)]
        ran = subprocess.run([SIM800, "play", "--tcp", "%s:%d" % module.tcp[0], *files, dialogue(name)],
                             capture_output=True, text=True, timeout=2 * DEADLINE, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        if name in LAST:
            trace.wait_for(1, **LAST[name])
        self.assertEqual(module.end(), 0)
        trace.wait_for(1, event="end")
        return normalised(trace.events)

    def check(self, name):
        http = self.keep(ScriptedServer(page_of_the_size_asked_for))
        ftp = self.keep(Pyftpdlib(self.dir))
        ftp.put("1000.bin", bytes_counting_up(1000))
        ftp.put("100000.bin", bytes_counting_up(100_000))
        servers = {"test.example": http, "ftp.example": ftp, "tcp.example": self.keep(TcpServer(echo)),
                   "sink.example": self.keep(TcpServer(Sink()))}
        if name == "socket-tls-fails":
            servers["tls.example"] = self.keep(OpensslServer(make_certificates(self.dir)))
        first = self.run_once(name, servers)
        if name not in WITHOUT_FAULTS:
            self.assertIn("fault", first)
        if name in SEEN:
            SEEN[name](self, http, ftp)
        for _ in range(RUNS - 1):
            self.assertEqual(self.run_once(name, servers), first)


class Guide(AcceptanceTest):
    def test_the_scenario_and_the_dialogue_of_the_guide(self):
        with open(os.path.join(os.path.dirname(TESTS), "docs", "scenarios.md"), encoding="utf-8") as file:
            blocks = re.findall(r"^```(\w*)\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
        scenario = next(text for kind, text in blocks if kind == "json" and "upload-not-allowed" in text)
        talk = next(text for kind, text in blocks if not kind and "+FTPPUT: 1,66" in text)
        for name, text in (("guide.json", scenario), ("guide.txt", talk)):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        ran = subprocess.run([SIM800, "play", "--scenario", self.path("guide.json"), self.path("guide.txt")],
                             capture_output=True, text=True, timeout=2 * DEADLINE, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)


# --- what the servers saw

# Where something comes after the last answer, or there is no answer to wait for.
LAST = {"module-freezes": {"event": "power", "state": "frozen"}}

WITHOUT_FAULTS = ("hermetic", "slow-2g")


def requests(count):
    def check(test, http, _):
        test.assertEqual(len(http.requests), count)
    return check


def upload(size):
    def check(test, _, ftp):
        test.assertEqual(ftp.get("up.bin"), bytes_counting_up(size))
    return check


SEEN = {
    "http-dns-failure": requests(0),
    "http-stack-busy": requests(2),
    "http-500-every-third": requests(4),
    "http-reset-mid-body": requests(2),
    "http-truncated-body": requests(1),
    "http-stalls-at-byte-40000": requests(2),
    "http-timeout": requests(1),
    "server-down-after-upload": requests(2),
    "ftp-reset-mid-upload": upload(3000),
}

for path in sorted(glob.glob(os.path.join(TESTS, "scenarios", "*.txt"))):
    scenario_name = os.path.basename(path)[:-len(".txt")]
    if needs(scenario_name):
        setattr(Scenarios, "test_" + scenario_name.replace("-", "_"),
                lambda self, name=scenario_name: self.check(name))


if __name__ == "__main__":
    unittest.main()
