# The same scenario, seed and host bytes give the same bytes and the same trace, however busy the machine is.
# SPDX-License-Identifier: MIT
import json
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import DEADLINE, SIM800, AcceptanceTest, end, spawn

RUNS, AT_ONCE, BUSY = 50, 8, 4

# Everything that chance has a hand in, and no server.
SCENARIO = {
    "network": {"hosts": {"*": "refuse"}, "numbers": {"*": {"call": "answer", "after": "0s", "hangs_up_after": "0s"}}},
    "faults": [
        {"on": {"command": "AT+CSQ"}, "do": {"cme": 100}, "probability": 0.3},
        {"on": {"command": "AT+CREG"}, "do": {"urc": "+CREG: 1", "place": "inside"}, "probability": 0.5},
        {"on": {"command": "AT+CGATT"}, "do": {"delay": "3ms"}, "probability": 0.5},
        {"on": {"line": "CIMI"}, "do": [{"sms": {"from": "+420123456789", "text": "Hello"}}, {"state": "told"}], "times": 3},
        {"on": {"command": "AT+CCLK"}, "do": {"result": "ERROR"}, "when_state": "told", "probability": 0.5},
        {"on": {"urc": r"\+CMTI"}, "do": {"signal": {"rssi": 7}}, "probability": 0.5},
        {"on": {"http": {}}, "do": {"http_status": 603}, "probability": 0.5},
        {"on": {"event": "boot"}, "do": {"serial": {"drop": 0.005, "garble": 0.005, "duplicate": 0.005}}},
    ]}
ROUND = ["AT+CSQ", "AT+CREG?", "AT+CGATT?", "AT+CIMI", "AT+CMGL=\"ALL\"", "AT+CPBW=,\"123\",129,\"x\"", "AT+CPBR=1,9",
         "AT+FSCREATE=C:\\a", "AT+FSLS=C:\\", "ATD123;", "ATH", "AT+CUSD=1,\"*100#\"", "AT+CMGS=\"123\"\rtext\x1a", "AT+COPS?"]
HOST = "".join(line + "\r" for line in ["ATE1", "AT+CMEE=2", "AT+CMGF=1"] + ROUND * 12)


def without_times(line):
    record = json.loads(line)
    if record["event"] == "line" and record["signal"] == "RI" and not record["on"]:
        return None  # how much a host has sent by the end of those 120 ms is up to the machine
    for key in ("t", "wall", "arguments", "file"):
        record.pop(key, None)
    return record


class Determinism(AcceptanceTest):
    def run_once(self, number, scenario, seed):
        trace = self.path("trace-%d-%d" % (seed, number))
        command = [SIM800, "run", scenario, "--stdio", "--timing", "instant", "--seed", str(seed), "--trace", trace]
        done = subprocess.run(command, input=HOST.encode(), capture_output=True, timeout=10 * DEADLINE, check=True)
        with open(trace, encoding="ascii") as file:
            return done.stdout, [record for record in map(without_times, file) if record]

    def busy(self):
        """Keeps every processor busy while the test runs."""
        for _ in range(BUSY):
            process = spawn([sys.executable, "-c", "while True: pass"], stdin=subprocess.DEVNULL)
            self.addCleanup(end, process)

    def test_fifty_runs_under_load(self):
        self.busy()
        scenario = self.path("scenario.json")
        with open(scenario, "w", encoding="utf-8") as file:
            json.dump(SCENARIO, file)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = list(pool.map(lambda number: self.run_once(number, scenario, 7), range(RUNS)))
        self.assertGreater(len(runs[0][1]), 500)
        for bytes_sent, trace in runs[1:]:
            self.assertEqual(bytes_sent, runs[0][0])
            self.assertEqual(trace, runs[0][1])
        other_bytes, _ = self.run_once(0, scenario, 8)
        self.assertNotEqual(other_bytes, runs[0][0], "the seed must decide")


if __name__ == "__main__":
    unittest.main()
