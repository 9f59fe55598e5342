# The control interface: what it changes and shows, what it refuses, and who gets in.
# SPDX-License-Identifier: MIT
import contextlib
import json
import os
import re
import socket
import subprocess
import unittest

from control import Control, Refused
from harness import BOOT, DEADLINE, ERROR, OK, SIM800, AcceptanceTest, Host
from peers import ROOT
from servers import ScriptedServer, page


class ControlTest(AcceptanceTest):
    def start(self, *options, **rest):
        module = self.module("--control", "127.0.0.1:0", *options, **rest)
        return module, Control.of(module)

    def refused(self, status, text, control, method, path, body=None, raw=None, headers=None):
        found, answer = control.exchange(method, path, raw if raw is not None else None if body is None else json.dumps(body), headers)
        self.assertEqual(found, status, answer)
        self.assertIn(text, json.loads(answer)["errors"][0]["text"])


class Surface(ControlTest):
    def test_the_module_can_be_looked_at(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT+SAPBR=3,1,\"APN\",\"CMNET\"", "AT+SAPBR=1,1")
        state = control.get("/modem")
        self.assertEqual(state["power"], "on")
        self.assertEqual(state["model"], "SIM800L")
        self.assertEqual(state["network"]["registration"], "home")
        self.assertEqual(state["network"]["signal"], {"rssi": 21, "ber": 0})
        self.assertEqual(state["sim"]["state"], "READY")
        self.assertEqual(state["bearers"][0]["state"], "connected")
        self.assertEqual([line["client"] for line in state["lines"]], [True])
        self.assertEqual(control.get("/health"), {"status": "ready", "waits": 0})
        self.assertEqual(control.get("/modems")[0]["imei"], state["imei"])

    def test_a_line_is_answered_on_a_channel_of_its_own(self):
        module, control = self.start()
        host = self.host(module)
        self.assertEqual(control.at("AT+CSQ"), {"text": "\r\n+CSQ: 21,0\r\n\r\nOK\r\n", "result": "OK", "lines": ["+CSQ: 21,0"]})
        self.assertEqual(control.at("AT+NONSENSE")["result"], "ERROR")
        host.say("AT", OK)  # of all that, the host has seen nothing

    def test_a_line_with_a_prompt_takes_its_payload(self):
        _, control = self.start(scenario={"network": {"numbers": {"*": {}}}})
        control.at("AT+CMGF=1")
        answer = control.at('AT+CMGS="+420777000000"', payload="Hello\x1a")
        self.assertEqual(answer["result"], "OK")
        self.assertEqual([(sms["to"], sms["text"], sms["taken"]) for sms in control.get("/sms?direction=out")],
                         [("+420777000000", "Hello", True)])

    def test_a_line_without_an_answer_is_given_up(self):
        _, control = self.start()
        control.at("AT+CMGF=1")
        with self.assertRaises(Refused) as problem:
            control.at('AT+CMGS="+420777000000"', timeout="100ms")
        self.assertEqual(problem.exception.status, 408)
        self.assertEqual(control.at("AT")["result"], "OK")

    def test_the_answer_of_a_line_that_was_given_up_is_not_that_of_the_next(self):
        _, control = self.start(scenario={"faults": [{"on": {"command": "AT+CSQ"}, "do": {"delay": "10min"}, "times": 1}]})
        with self.assertRaises(Refused) as problem:
            control.at("AT+CSQ", timeout="10ms")
        self.assertEqual(problem.exception.status, 408)
        self.refused(409, "at: expected a channel without a command, found one that still runs though its time was up",
                     control, "POST", "/at", {"line": "AT"})
        control.post("/clock/advance", {"by": "11min"})
        self.assertEqual(control.at("AT"), {"text": "\r\nOK\r\n", "result": "OK", "lines": []})

    def test_what_looks_like_a_prompt_is_none(self):
        _, control = self.start(scenario={"faults": [{"on": {"command": "AT+CSQ"}, "do": {"result": "OK", "lines": ["a >", "CONNECT"]}}]})
        self.assertEqual(control.at("AT+CSQ", payload="AT+NONSENSE\r")["lines"], ["a >", "CONNECT"])

    def test_actions_are_those_of_scenarios(self):
        module, control = self.start()
        host = self.host(module)
        control.post("/do", {"signal": {"rssi": 3}})
        host.say("AT+CSQ", b"\r\n+CSQ: 3,0\r\n" + OK)
        control.post("/do", [{"signal": {"rssi": 4, "ber": 2}}, {"urc": "+HELLO: 1"}])
        host.expect(b"\r\n+HELLO: 1\r\n")
        host.say("AT+CSQ", b"\r\n+CSQ: 4,2\r\n" + OK)

    def test_what_arrives(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT+CMGF=1", "AT+CLIP=1", "AT+CUSD=1")
        control.post("/sms", {"from": "+420777000000", "text": "UPLOAD"})
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        control.post("/calls", {"from": "+420777000000"})
        host.until(b"\r\nRING\r\n")
        host.until(b'+CLIP: "+420777000000"')
        (call,) = control.get("/calls")
        self.assertEqual((call["direction"], call["state"]), ("in", "incoming"))
        control.ask("DELETE", "/calls/%d" % call["id"])
        host.until(b"NO CARRIER\r\n")
        self.assertEqual(control.get("/calls"), [])
        control.post("/ussd", {"text": "Credit 5.30"})
        host.until(b"+CUSD: 0")

    def test_a_message_of_a_class(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT+CMGF=1", "AT+CNMI=2,1")
        control.post("/sms", {"from": "+420777000000", "text": "Now", "class": 2})
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        self.assertEqual(control.get("/sms")[0]["class"], 2)
        host.ok("AT+CMGF=0")
        pdu = host.ask("AT+CMGR=1").split("\r\n")[2]
        host.ok("AT+CMGD=1")
        control.post("/sms", {"pdu": pdu})
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        self.assertEqual(host.ask("AT+CMGR=1").split("\r\n")[2][-20:], pdu[-20:])

    def test_the_network_asks(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT+CUSD=1")
        control.post("/ussd", {"text": "Which tariff?", "reply_expected": True})
        host.until(b'+CUSD: 1')
        host.until(b'"Which tariff?"')
        host.until(b"\r\n")
        host.ok('AT+CUSD=1,"2"')
        host.until(b"+CUSD: 2\r\n")

    def test_the_far_end_answers(self):
        module, control = self.start(scenario={"network": {"numbers": {"*": {"call": "no-answer"}}}})
        host = self.host(module)
        host.ok("ATD123;")
        control.ask("PATCH", "/calls/1", {"state": "answered"})
        self.assertEqual(control.get("/calls")[0]["state"], "active")
        control.ask("DELETE", "/calls/1")
        host.until(b"NO CARRIER\r\n")

    def test_the_far_end_acts_as_in_a_scenario(self):
        module, control = self.start(scenario={"network": {"numbers": {"*": {"call": "no-answer"}}}})
        host = self.host(module)
        host.ok("AT+DDET=1", "ATD123;")
        control.post("/do", {"call": {"state": "answered"}})
        self.assertEqual(control.get("/calls")[0]["state"], "active")
        control.post("/do", [{"call": {"dtmf": "5#"}}])
        host.until(b"+DTMF: 5\r\n")
        host.until(b"+DTMF: #\r\n")
        control.post("/do", {"call": {"state": "ended"}})
        host.until(b"NO CARRIER\r\n")
        host.ok("AT+CUSD=1")
        control.post("/do", {"ussd": {"text": "Which tariff?", "reply_expected": True}})
        host.until(b'+CUSD: 1')

    def test_who_asks_next_sees_what_was_done(self):
        _, control = self.start()
        for how, path, body in (("off", "/power", {"power": "loss"}), ("on", "/power", {"power": "key"}),
                                ("frozen", "/do", {"freeze": True}), ("on", "/module/reset", None), ("off", "/do", {"power": "loss"})):
            control.post(path, body)
            self.assertEqual(control.get("/modem")["power"], how, (path, body))

    def test_power(self):
        module, control = self.start()
        host = self.host(module)
        control.post("/power", {"power": "loss"})
        self.assertEqual(control.get("/modem")["power"], "off")
        control.post("/power", {"power": "key"})
        host.expect(BOOT)

    def test_named_state(self):
        _, control = self.start(scenario={"faults": [{"on": {"command": "AT+CSQ"}, "when_state": "bad", "do": {"cme": 3}}],
                                          "events": [{"after": "1000h", "do": {"state": "bad"}}]})
        self.assertEqual(control.get("/state"), {"state": "start"})
        self.assertEqual(control.at("AT+CSQ")["result"], "OK")
        control.ask("PUT", "/state", {"state": "bad"})
        self.assertEqual(control.at("AT+CSQ")["result"], "ERROR")


class Faults(ControlTest):
    def test_a_fault_comes_and_goes(self):
        module, control = self.start()
        host = self.host(module)
        fault = control.post("/faults", {"on": {"command": "AT+CSQ", "nth": 2}, "do": {"result": "ERROR"}})
        self.assertEqual((fault["matched"], fault["fired"], fault["enabled"]), (0, 0, True))
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        host.say("AT+CSQ", ERROR)
        path = "/faults/%d" % fault["id"]
        self.assertEqual((control.get(path)["matched"], control.get(path)["fired"]), (2, 1))
        control.ask("PATCH", path, {"enabled": False})
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        self.assertEqual(control.get(path)["matched"], 2)
        self.assertEqual(control.ask("DELETE", path)["fired"], 1)
        self.assertEqual(control.get("/faults"), [])

    def test_those_of_the_scenario_are_there(self):
        module, control = self.start(scenario={"faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 3}, "times": 1}]})
        host = self.host(module)
        host.say("AT+CSQ", ERROR)
        (fault,) = control.get("/faults")
        self.assertEqual((fault["id"], fault["on"], fault["fired"]), (0, "command AT+CSQ", 1))
        self.assertTrue(control.get("/report")["passed"])
        control.post("/faults", {"name": "lost", "tags": ["cell"], "on": {"command": "AT+CREG"}, "do": {"cme": 3}})
        report = control.get("/report")
        self.assertEqual((report["passed"], report["faults"][1]["name"], report["faults"][1]["tags"]), (False, "lost", ["cell"]))
        junit = control.exchange("GET", "/report?format=junit")[1]
        self.assertIn(b'failures="1"', junit)
        self.assertIn(b'name="0 lost: command AT+CREG"><failure', junit)

    def test_a_transfer_is_cut_that_no_fault_of_the_scenario_concerns(self):
        server = self.keep(ScriptedServer(page(b"hello")))
        module, control = self.start()
        host = self.host(module)
        fault = control.post("/faults", {"on": {"http": {"phase": "request"}}, "do": {"http_status": 604}})
        host.open_bearer()
        host.http("http://127.0.0.1:%d/" % server.port)
        self.assertEqual(host.action(), (604, 0))
        self.assertEqual(control.get("/faults/%d" % fault["id"])["fired"], 1)

    def test_a_serial_fault_on_a_line_that_had_none(self):
        module, control = self.start()
        host = self.host(module)
        control.post("/do", {"serial": {"drop": 1, "direction": "tx"}, "for": "1000h"})
        host.send("AT\r")
        control.get("/wait?event=registered")
        self.assertEqual(control.get("/commands/count"), {"count": 1})
        self.assertEqual(host.buffer, b"")

    def test_no_fault_no_difference(self):
        _, control = self.start()
        self.assertEqual(control.get("/faults"), [])
        self.assertEqual(control.get("/report"), {"passed": True, "faults": [], "expectations": []})


class Expected(ControlTest):
    def test_an_expectation_is_judged_while_it_runs(self):
        module, control = self.start()
        host = self.host(module)
        added = control.post("/expectations", {"name": "few", "command": "AT+CSQ", "at_most": 1})
        self.assertEqual(added["state"], "open")
        host.ok("AT")
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        self.assertEqual(control.get("/expectations/few")["state"], "open")
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        self.assertEqual(control.get("/expectations/few")["state"], "failed")
        self.assertFalse(control.get("/report")["passed"])
        control.ask("DELETE", "/expectations/few")
        self.assertEqual(control.get("/expectations"), [])

    def test_a_report_can_judge_as_if_the_run_were_over(self):
        module, control = self.start(scenario={"expect": [{"eventually": {"command": "AT+CSQ"}}, {"command": "AT+CREG", "at_most": 1}]})
        host = self.host(module)
        self.assertTrue(control.get("/report")["passed"])
        report = control.get("/report?end=true")
        self.assertEqual(([one["state"] for one in report["expectations"]], report["passed"]), (["failed", "met"], False))
        self.assertIn("expected command AT+CSQ, found none until the run ended", report["expectations"][0]["why"])
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)  # the run goes on
        self.assertTrue(control.get("/report?end=true")["passed"])
        self.assertEqual([one["state"] for one in control.get("/expectations")], ["met", "open"])


class Seen(ControlTest):
    def test_commands(self):
        module, control = self.start()
        host = self.host(module)
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        host.say("AT+CSQX", ERROR)
        self.assertEqual([one["line"] for one in control.get("/commands")], ["AT+CSQ", "AT+CSQX"])
        self.assertEqual(control.get("/commands?match=CSQ$")[0]["result"], "OK")
        self.assertEqual(control.get("/commands/count?match=X"), {"count": 1})
        (unmatched,) = control.get("/commands/unmatched")
        self.assertEqual((unmatched["unknown"], unmatched["nearest"]), ("AT+CSQX", "AT+CSQ"))
        control.ask("DELETE", "/commands")
        self.assertEqual(control.get("/commands"), [])

    def test_requests(self):
        server = self.keep(ScriptedServer(page(b"hello")))
        module, control = self.start()
        host = self.host(module)
        host.open_bearer()
        host.http("http://127.0.0.1:%d/" % server.port)
        host.action()
        self.assertEqual([one["phase"] for one in control.get("/http")], ["start", "end"])
        self.assertEqual(control.get("/http")[1]["status"], 200)

    def test_metrics(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT")
        control.at("AT+CSQ")  # is not the host's
        text = control.exchange("GET", "/metrics")[1].decode()
        self.assertIn('sim800_commands_total{module="0"} 1\n', text)
        self.assertIn('sim800_results_total{module="0",result="OK"} 1\n', text)
        self.assertIn('sim800_received_bytes_total{module="0"} 3\n', text)
        self.assertIn('sim800_sent_bytes_total{module="0"} %d\n' % len(BOOT + b"AT\r" + OK), text)

    def test_metrics_are_as_prometheus_reads_them(self):
        module, control = self.start("--modules", "2")
        host = self.host(module)
        host.ok("AT+CMEE=1")
        host.ask("AT+CFUN=9")
        control.post("/faults", {"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}})
        host.say("AT+CSQ", ERROR)
        connection = control.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/metrics")
        answer = connection.getresponse()
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        text, kinds, values = answer.read().decode(), {}, {}
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if head := re.fullmatch(r"# (HELP|TYPE) (sim800_[a-z_]+) (.+)", line):
                # Both before the first value, once each.
                self.assertNotIn((head[1], head[2]), kinds)
                self.assertNotIn(head[2], values)
                kinds[head[1], head[2]] = head[3]
                continue
            name, labels, value = re.fullmatch(r'([a-z0-9_]+)\{(module="(?:[^"\\\n]|\\[\\"n])*"(?:,result="(?:[^"\\\n]|\\[\\"n])*")?)\} (\S+)', line).groups()
            self.assertIn(("HELP", name), kinds)
            self.assertEqual(kinds["TYPE", name], "counter" if name.endswith("_total") else "gauge")
            self.assertNotIn((labels, name), values)
            values[labels, name] = float(value)
            values[name] = None
        self.assertEqual(set(values) & {name for _, name in kinds}, {"sim800_commands_total", "sim800_received_bytes_total",
                         "sim800_sent_bytes_total", "sim800_lost_bytes_total", "sim800_faults_fired_total", "sim800_urcs_total",
                         "sim800_results_total", "sim800_idle_seconds"})
        self.assertEqual(values['module="0"', "sim800_commands_total"], 3)
        self.assertEqual(values['module="0",result="+CME ERROR"', "sim800_results_total"], 1)
        self.assertEqual(values['module="0"', "sim800_faults_fired_total"], 1)
        self.assertEqual(values['module="1"', "sim800_commands_total"], 0)
        self.assertNotIn(('module="1"', "sim800_idle_seconds"), values)

    def test_events_are_a_stream(self):
        module, control = self.start()
        host = self.host(module)
        connection = control.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/events?match=AT%5C%2BCSQ")
        stream = connection.getresponse()
        self.assertEqual(stream.getheader("Content-Type"), "text/event-stream")
        host.send("AT+CSQ\r")
        self.assertRegex(stream.readline(), rb"^id: \d+$")
        self.assertEqual(stream.readline(), b"event: rx\n")
        self.assertEqual(json.loads(stream.readline()[6:])["data"], "AT+CSQ\r")

    def test_events_in_one_answer_and_as_a_trace(self):
        module, control = self.start()
        self.host(module)
        status, text = control.exchange("GET", "/events?format=jsonl&match=RDY")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text.splitlines()[0])["event"], "urc")
        trace = control.exchange("GET", "/trace")[1]
        printed = subprocess.run([SIM800, "trace", "-"], input=trace, capture_output=True, timeout=DEADLINE, check=True)
        self.assertIn(b"RDY", printed.stdout)

    def test_a_reader_that_reads_nothing_costs_bounded_memory(self):
        module, control = self.start()
        host = self.host(module)
        idle = []
        for _ in range(10):
            connection = control.connect()
            self.addCleanup(connection.close)
            connection.request("GET", "/v1/events?from=0")
            idle.append(connection)
        host.ok("ATE0")
        for _ in range(2000):
            host.send("AT+CGMR;+CGMR;+CGMR;+CGMR\r")
            host.until(OK)
        memory = module.memory_kib()
        self.assertTrue(memory is None or memory < 100 * 1024, memory)
        host.send("AT\r")
        host.expect(OK)


class Waiting(ControlTest):
    def test_what_holds_is_met_at_once(self):
        _, control = self.start()
        self.assertEqual(control.get("/wait?event=registered")["on"], "event registered")

    def test_the_next_one_is_waited_for(self):
        _, control = self.start()
        with self.assertRaises(Refused) as problem:
            control.get("/wait?event=registered&next=true&timeout=50ms")
        self.assertEqual(problem.exception.status, 408)
        self.assertIn("expected event registered, found nothing", problem.exception.texts[0])

    def test_a_trigger(self):
        module, control = self.start()
        host = self.host(module)
        connection = control.connect()
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/wait", json.dumps({"on": {"command": "AT+CSQ", "nth": 2}, "timeout": "1h"}))
        while control.get("/health")["waits"] == 0:
            pass
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
        answer = connection.getresponse()
        self.assertEqual((answer.status, json.loads(answer.read())["on"]), (200, "command AT+CSQ nth 2"))

    def test_the_instant_can_be_held(self):
        module, control = self.start("--time-scale", "0.1", timing="typical")
        record = control.post("/wait", {"on": {"event": "registered"}, "timeout": "1min", "pause": True})
        self.assertTrue(record["paused"])
        first, second = control.get("/clock")["time"], control.get("/clock")["time"]
        self.assertEqual(first, second)
        self.assertAlmostEqual(first, record["t"], 3)
        control.post("/clock/resume")
        self.assertFalse(control.get("/clock")["paused"])


class Clock(ControlTest):
    def test_hours_pass_at_once_and_in_order(self):
        scenario = {"events": [{"after": "2h", "do": {"urc": "+SECOND"}}, {"after": "1h", "do": {"urc": "+FIRST"}},
                               {"after": "30h", "do": {"urc": "+LATE"}}]}
        module, control = self.start(scenario=scenario)
        host = self.host(module)
        control.post("/clock/advance", {"by": "10h"})
        host.expect(b"\r\n+FIRST\r\n\r\n+SECOND\r\n")
        times = [json.loads(line) for line in control.exchange("GET", "/events?format=jsonl&match=FIRST%7CSECOND")[1].splitlines()]
        self.assertEqual([int(one["t"]) for one in times if one["event"] == "urc"], [3600, 7200])
        self.assertGreater(control.get("/clock")["time"], 36000)

    def test_time_can_pass_faster(self):
        _, control = self.start()
        self.assertEqual(control.ask("PUT", "/clock", {"scale": 0.001})["scale"], 0.001)
        self.refused(400, "/scale: expected a number from 0.000001 to 1000, found 0", control, "PUT", "/clock", {"scale": 0})


class World(ControlTest):
    def test_it_changes_by_a_merge_patch(self):
        module, control = self.start(scenario={"network": {"ussd": {"*111#": "Old"}}})
        host = self.host(module)
        patched = control.ask("PATCH", "/world", {"network": {"signal": {"rssi": 3}, "ussd": {"*111#": "New"}}})
        self.assertEqual(patched["network"], {"ussd": {"*111#": "New"}, "signal": {"rssi": 3}})
        host.say("AT+CSQ", b"\r\n+CSQ: 3,0\r\n" + OK)
        host.ok('AT+CUSD=1,"*111#"')
        host.until(b'"New"')
        self.assertEqual(control.get("/scenario")["network"]["ussd"], {"*111#": "New"})

    def test_hosts(self):
        server = self.keep(ScriptedServer(page(b"hello")))
        module, control = self.start(scenario={"network": {"hosts": {"*": "unresolvable"}}})
        host = self.host(module)
        host.open_bearer()
        host.http("http://www.sim.com/")
        self.assertEqual(host.action(), (603, 0))
        control.ask("PATCH", "/world", {"network": {"hosts": {"www.sim.com": "127.0.0.1:%d" % server.port}}})
        self.assertEqual(host.action()[0], 200)

    def test_what_cannot_change_is_named(self):
        _, control = self.start()
        before = control.get("/scenario")
        self.refused(409, "/module/imei: expected a key that can change while the module runs", control, "PATCH", "/world",
                     {"network": {"signal": {"rssi": 3}}, "module": {"imei": "866104020304051"}})
        self.assertEqual(control.get("/scenario"), before)
        self.assertEqual(control.get("/modem")["network"]["signal"]["rssi"], 21)

    def test_the_card(self):
        module, control = self.start()
        host = self.host(module)
        control.ask("PATCH", "/world", {"sim": {"present": False}})
        host.expect(b"\r\n+CPIN: NOT READY\r\n")
        control.ask("PATCH", "/world", {"sim": {"present": True}})
        host.until(b"\r\n+CPIN: READY\r\n")


class Reset(ControlTest):
    def test_everything_is_as_at_the_start(self):
        module, control = self.start(scenario={"faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 3}, "times": 1}]})
        host = self.host(module)
        host.say("AT+CSQ", ERROR)
        host.ok("ATE0")
        control.post("/faults", {"on": {"command": "AT+CREG"}, "do": {"cme": 3}})
        control.ask("PATCH", "/world", {"network": {"signal": {"rssi": 3}}})
        for _ in range(3):
            control.post("/reset")
            host.expect(BOOT)
            host.say("AT+CREG?", b"\r\n+CREG: 0,1\r\n" + OK)
            host.say("AT+CSQ", ERROR)
            host.say("AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)
            self.assertEqual([fault["fired"] for fault in control.get("/faults")], [1])
            self.assertEqual(control.get("/commands/count"), {"count": 3})
            host.ok("AT")

    def test_what_nobody_has_read_is_not_for_the_next_client(self):
        module, control = self.start("--pty", self.path("tty"))
        host = Host.pty(self.path("tty"))
        host.send(b"AT+CMGL=?\r" * 1000)  # more than a terminal holds
        while control.get("/commands/count") != {"count": 1000}:
            pass
        host.close()
        control.post("/reset")
        for host in self.keep(Host.pty(self.path("tty"))), Host.tcp(module.tcp[0]):  # on TCP there was nobody
            host.expect(BOOT)
            host.say("AT", OK)

    def test_who_stays_reads_on(self):
        module, control = self.start("--pty", self.path("tty"), tcp=0)
        host = self.keep(Host.pty(self.path("tty")))
        host.expect(BOOT)
        host.send(b"AT\r")
        while not any("result" in one for one in control.get("/commands")):
            pass
        control.post("/reset")
        host.expect(b"AT\r" + OK + BOOT)

    def test_in_the_middle_of_everything(self):
        server = self.keep(ScriptedServer(page(b"hello")))
        module, control = self.start("--time-scale", "0.1", timing="typical")
        host = self.host(module)
        control.get("/wait?event=registered&timeout=1min")
        host.open_bearer()
        host.http("http://127.0.0.1:%d/" % server.port)
        host.ok("AT+HTTPACTION=0")
        control.post("/calls", {"from": "+420777000000"})
        control.post("/reset")
        host.until(b"\r\nRDY\r\n")
        self.assertEqual(control.get("/calls"), [])

    def test_another_scenario(self):
        module, control = self.start(scenario={"network": {"signal": {"rssi": 9}}})
        host = self.host(module)
        control.post("/scenario", {"faults": [{"on": {"command": "AT"}, "do": {"result": "ERROR"}}]})
        host.expect(BOOT)
        host.say("AT", ERROR)
        host.say("AT+CSQ", b"\r\n+CSQ: 9,0\r\n" + OK)
        control.ask("PUT", "/scenario", {"network": {"signal": {"rssi": 5}}})
        host.expect(BOOT)
        host.say("AT+CSQ", b"\r\n+CSQ: 5,0\r\n" + OK)
        host.ok("AT")
        self.refused(400, "body:1:13: /network: expected an object", control, "PUT", "/scenario", {"network": 1})
        control.post("/reset")
        host.expect(BOOT)
        host.say("AT+CSQ", b"\r\n+CSQ: 9,0\r\n" + OK)

    def test_stores_may_stay(self):
        module, control = self.start()
        host = self.host(module)
        host.ok("AT+CMEE=2", "AT&W")
        control.post("/reset?keep=stores")
        host.expect(BOOT)
        host.say("AT+CMEE?", b"\r\n+CMEE: 2\r\n" + OK)
        control.post("/reset")
        host.expect(BOOT)
        host.say("AT+CMEE?", b"\r\n+CMEE: 0\r\n" + OK)

    def test_several_modules(self):
        module = self.module("--control", "127.0.0.1:0", "--modules", "3", "--tcp", "127.0.0.1:0", tcp=1)
        control = Control.of(module)
        self.assertEqual([one["name"] for one in control.get("/modems")], ["0", "1", "2"])
        control.post("/modems/1/do", {"signal": {"rssi": 5}})
        self.assertEqual([control.get("/modems/%d/modem" % n)["network"]["signal"]["rssi"] for n in range(3)], [21, 5, 21])
        control.post("/reset")
        self.assertEqual(control.get("/modems/1/modem")["network"]["signal"]["rssi"], 21)
        self.refused(404, 'module: expected one of 0, 1, 2, found "7"', control, "GET", "/modems/7/modem")


class Refusals(ControlTest):
    def test_a_bad_request_changes_nothing_and_says_why(self):
        _, control = self.start()
        for status, text, method, path, body in (
                (400, 'body:1:21: /signal/rssi: expected an integer from 0 to 31, or 99, found 40', "POST", "/do", {"signal": {"rssi": 40}}),
                (400, "body:1:", "POST", "/do", {"signals": 1}),
                (400, 'expected the key "do", found none', "POST", "/faults", {"on": {"command": "AT+CSQ"}}),
                (400, '/on/command: expected a command such as "AT+CSQ", found "CSQ"', "POST", "/faults", {"on": {"command": "CSQ"}, "do": {"cme": 3}}),
                (400, 'expected the key "text", found none', "POST", "/sms", {"from": "+1"}),
                (400, '/pdu: expected one key, found "from" and "pdu"', "POST", "/sms", {"from": "+1", "pdu": "00"}),
                (400, '/pdu: expected an SMS-DELIVER as AT+CMGR shows it', "POST", "/sms", {"pdu": "00"}),
                (400, "/class: expected", "POST", "/sms", {"from": "+1", "text": "", "class": 4}),
                (400, '/from: expected a phone number such as "+8613800138000", or "", found "Eva"', "POST", "/calls", {"from": "Eva"}),
                (400, '/call/state: expected one of "answered"', "POST", "/do", {"call": {"state": "lost"}}),
                (400, '/call/rings: expected "from" beside "rings"', "POST", "/do", {"call": {"dtmf": "1", "rings": 3}}),
                (400, "/timeout: expected a", "POST", "/wait", {"on": {"command": "AT"}, "timeout": "ten"}),
                (400, 'timeout: expected a duration with a unit, such as 250ms, 5s or 2min, found "10"', "GET", "/wait?event=boot&timeout=10", None),
                (400, 'event: expected one of "boot", "sim_ready"', "GET", "/wait?event=born", None),
                (400, 'query: expected either "event" or "fault", found neither', "GET", "/wait", None),
                (400, 'query: expected match, found "macth"', "GET", "/commands?macth=x", None),
                (400, "match: expected a regular expression", "GET", "/commands?match=(", None),
                (400, "body: expected none, found 4 bytes", "POST", "/reset", None),
                (404, 'fault: expected an id or a name of GET /v1/faults, found "7"', "GET", "/faults/7", None),
                (404, 'path: expected a path of docs/control.md, found "/v1/modem/x"', "GET", "/modem/x", None),
                (405, "method: expected GET, found PUT", "PUT", "/modem", None),
                (409, "call: expected a module that can be reached", "POST", "/calls", {"from": "+1"})):
            with self.subTest(text):
                if status == 409:
                    control.at("AT+CFUN=4")
                self.refused(status, text, control, method, path, body, raw="null" if "4 bytes" in text else None)

    def test_what_is_no_json(self):
        _, control = self.start()
        self.refused(400, "body:1:1: expected", control, "POST", "/do", raw="")
        self.refused(400, "body:2:1: /signal: expected", control, "POST", "/do", raw='{"signal":\n}')
        self.assertEqual(control.exchange("POST", "/do", b"x" * (2 << 20))[0], 413)

    def test_any_bytes_do_no_harm(self):
        module, control = self.start()
        host, port = control.url[7:].split(":")
        pieces = [b"\0" * 100, b"GET", b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/do HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                  b"POST /v1/do HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"A" * 100000,
                  b"GET /v1/%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/events?from=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
                  b"GET /v1/modem HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n", b"* / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
        for piece in pieces * 20:
            with socket.create_connection((host, int(port)), DEADLINE) as connection:
                connection.sendall(piece) if len(piece) < 50000 else self.quietly(connection, piece)
        self.assertEqual(control.at("AT")["result"], "OK")

    def test_places_of_clients_that_have_left_are_free_again(self):
        _, control = self.start()
        where = re.fullmatch(r"http://([\d.]+):(\d+)", control.url).groups()
        begun = {"nothing": b"", "a line": b"GET /v1/hea", "headers": b"GET /v1/health HTTP/1.1\r\nHost: loc",
                 "a body": b"POST /v1/do HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{",
                 "chunks": b"POST /v1/do HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
                 "a whole one": b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"}
        for name, text in begun.items():
            with self.subTest(name):
                control.close()
                with contextlib.ExitStack() as held:
                    for _ in range(64):  # all places there are
                        connection = held.enter_context(socket.create_connection(where, DEADLINE))
                        connection.sendall(text)
                        connection.shutdown(socket.SHUT_WR)
                    self.assertEqual(control.get("/health")["status"], "ready")

    @staticmethod
    def quietly(connection, data):
        try:
            connection.sendall(data)
        except OSError:
            pass


class Access(ControlTest):
    def test_a_page_of_another_site_is_refused(self):
        _, control = self.start()
        self.refused(403, "Host: expected localhost or a loopback address, found evil.example", control, "GET", "/modem",
                     headers={"Host": "evil.example"})
        self.refused(403, "Origin: expected none", control, "POST", "/do", {"reset": True}, headers={"Origin": "http://evil.example"})
        self.refused(403, "Origin: expected none", control, "POST", "/do", {"reset": True}, headers={"Origin": "null"})
        self.refused(403, "Sec-Fetch-Site: expected same-origin", control, "GET", "/modem", headers={"Sec-Fetch-Site": "cross-site"})
        host = control.url[7:]
        self.assertEqual(control.exchange("GET", "/modem", headers={"Origin": "http://" + host})[0], 200)

    def test_a_unix_socket(self):
        path = self.path("control")
        module = self.module("--control", "unix:" + path)
        control = Control.of(module)
        self.assertEqual(control.url, "unix:" + path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(control.at("AT")["result"], "OK")
        self.assertEqual(module.end(), 0)
        self.assertFalse(os.path.exists(path))

    def test_any_other_address_needs_a_token(self):
        self.fails("--control: expected a loopback address, unix:PATH, or --control-token beside it, found \"0.0.0.0:0\"",
                   "--control", "0.0.0.0:0")
        self.fails('--control: "nonsense" is no HOST:PORT ([HOST]:PORT for IPv6)', "--control", "nonsense")
        self.fails("--control-token: expected a file with a token", "--control", "127.0.0.1:0", "--control-token", self.path("none"))
        with open(self.path("token"), "w", encoding="ascii") as file:
            file.write("0123456789abcdef\n")
        module = self.module("--control", "0.0.0.0:0", "--control-token", self.path("token"))
        control = Control(Control.of(module).url.replace("0.0.0.0", "127.0.0.1"))
        self.refused(401, "Authorization: expected Bearer and the token", control, "GET", "/modem")
        self.refused(401, "Authorization", control, "GET", "/modem", headers={"Authorization": "Bearer 0123456789abcdeX"})
        self.assertEqual(control.exchange("GET", "/modem", headers={"Authorization": "Bearer 0123456789abcdef"})[0], 200)

    def fails(self, text, *options):
        done = subprocess.run([SIM800, "run", "--tcp", "127.0.0.1:0", *options], capture_output=True, timeout=DEADLINE, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(text, done.stderr)


class Description(ControlTest):
    def test_each_request_is_in_openapi_and_in_the_docs(self):
        _, control = self.start()
        openapi = control.get("/openapi.json")
        with open(os.path.join(ROOT, "docs/control.md"), encoding="utf-8") as file:
            docs = file.read()
        for path, methods in openapi["paths"].items():
            if path.startswith("/v1/modems/{module}/"):
                continue
            for method in methods:
                self.assertRegex(docs, r"`[A-Z ]*%s[A-Z ]* %s[`?]" % (method.upper(), re.escape(path[3:])))

    def test_each_request_is_answered(self):
        _, control = self.start()
        for path, methods in control.get("/openapi.json")["paths"].items():
            for method in methods:
                if path in ("/v1/shutdown", "/v1/events", "/v1/modems/{module}/events", "/v1/wait"):
                    continue
                concrete = path[3:].replace("{module}", "0").replace("{id}", "999").replace("{name}", "default")
                status, answer = control.exchange(method.upper(), concrete)
                self.assertIn(status, (200, 201, 400, 404, 409), (method, path, answer))

    def test_no_request_takes_a_key_that_it_does_not_know(self):
        _, control = self.start()
        fault = control.post("/faults", {"name": "F", "on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}})["id"]
        control.post("/calls", {"from": "+420777000000"})
        call = control.get("/calls")[0]["id"]
        bodies = {
            ("post", "/do"): {"signal": {"rssi": 3}},
            ("post", "/at"): {"line": "AT"},
            ("post", "/faults"): {"on": {"command": "AT+CSQ"}, "do": {"result": "OK"}},
            ("patch", "/faults/{id}"): {"enabled": False},
            ("post", "/expectations"): {"command": "AT+CSQ"},
            ("put", "/state"): {"state": "deep"},
            ("put", "/scenario"): {"name": "other"},
            ("post", "/scenario"): {"name": "other"},
            ("patch", "/world"): {"network": {"signal": {"rssi": 3}}},
            ("post", "/sms"): {"from": "+420777000000", "text": "Hello"},
            ("post", "/calls"): {"from": "+420777000000"},
            ("patch", "/calls/{id}"): {"state": "ended"},
            ("post", "/ussd"): {"text": "Hello"},
            ("post", "/power"): {"power": "loss"},
            ("post", "/wait"): {"on": {"command": "AT"}, "timeout": "1ms"},
            ("put", "/clock"): {"scale": 0.5},
            ("post", "/clock/advance"): {"by": "1s"},
        }
        for path, methods in control.get("/openapi.json")["paths"].items():
            for method, description in methods.items():
                if "requestBody" not in description or path.startswith("/v1/modems/"):
                    continue
                body = {**bodies.pop((method, path[3:])), "surplus": 1}
                concrete = path[3:].replace("{id}", str(fault if "faults" in path else call))
                with self.subTest(method=method, path=path):
                    self.refused(400, "surplus", control, method.upper(), concrete, body)
        self.assertEqual(bodies, {})
        self.assertTrue(control.get("/faults/%d" % fault)["enabled"])
        self.assertEqual([one["id"] for one in control.get("/calls")], [call])

    def test_what_a_schema_cannot_say_is_refused_too(self):
        _, control = self.start()
        too_long = "expected a duration of at most 1000h"
        for path, body, text in (("/at", {"line": "AT", "timeout": "2000h"}, too_long),
                                 ("/wait", {"on": {"command": "AT"}, "timeout": "2000h"}, too_long),
                                 ("/wait", {"on": {"command": "AT", "nth": 2, "every_nth": 2}, "timeout": "1ms"}, "found both"),
                                 ("/clock/advance", {"by": "2000h"}, too_long),
                                 ("/do", {"wait": "2000h"}, too_long),
                                 ("/faults", {"on": {"command": "AT"}, "do": {"delay": "2000h"}}, too_long),
                                 ("/expectations", {"command": "AT", "times": 1, "within": "2000h"}, too_long),
                                 ("/sms", {"pdu": "07"}, "expected an SMS-DELIVER")):
            with self.subTest(path=path, body=body):
                self.refused(400, text, control, "POST", path, body)

    def test_it_ends_on_request(self):
        module, control = self.start()
        control.post("/shutdown")
        self.assertEqual(module.process.wait(DEADLINE), 0)


if __name__ == "__main__":
    unittest.main()
