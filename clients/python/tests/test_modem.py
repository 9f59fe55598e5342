# A module in the hands of a test.
# SPDX-License-Identifier: MIT
import http.server
import re
import socket
import threading

import pytest

from pytest_sim800 import Refused, fixture


@pytest.fixture
def httpserver():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_tty_is_the_modules(modem, host):
    assert "+CSQ: 21,0" in host.ask("AT+CSQ")
    assert modem.commands("AT+CSQ").count == 1
    assert modem.commands("at+c")[0].result == "OK"
    assert modem.commands(re.compile("CSQ$")).count == 1
    assert modem.commands("AT+CREG").count == 0
    assert modem.env["SIM800_TTY"] == modem.tty


def test_the_next_test_begins_at_the_start(modem, host):
    assert modem.commands().count == 0
    modem.signal(3)
    assert "+CSQ: 3,0" in host.ask("AT+CSQ")


def test_so_does_the_one_after_it(modem):
    assert modem.at("AT+CSQ").lines == ["+CSQ: 21,0"]
    assert modem.at("AT").result == "OK"


def test_what_is_left_unread(modem, host):
    host.send("AT+GSN")
    modem.expect("< OK")


def test_is_not_for_the_next_test(host):
    host.send("AT")
    assert not re.search(r"\d{15}", host.until("OK"))


def test_messages(modem, host):
    host.ask("AT+CMGF=1")
    modem.sms("+420777000000", "UPLOAD")
    modem.expect(r'< \+CMTI: "SM",1')
    assert [one.text for one in modem.received_sms] == ["UPLOAD"]
    modem.map_hosts({"unused.example": ("127.0.0.1", 9)})
    host.send('AT+CMGS="+420777000000"')
    host.until("> ")
    host.send("done\x1a")
    host.until(r"\+CMGS: ")
    assert (modem.sent_sms[-1].text, modem.sent_sms[-1].number) == ("done", "+420777000000")


def test_a_call(modem, host):
    call = modem.call("+420777000000")
    host.until("RING")
    assert call.state == "incoming"
    assert [one.id for one in modem.calls] == [call.id]
    call.hang_up()
    host.until("NO CARRIER")
    assert call.state == "ended"


def test_a_text_from_the_network(modem, host):
    host.ask("AT+CUSD=1")
    modem.ussd("Credit 5.30")
    host.until(r"\+CUSD: 0")


def test_the_world(modem, host):
    modem.do({"urc": "+HELLO: 1"})
    host.until(r"\+HELLO: 1")
    modem.state = "bad"
    assert modem.state == "bad"
    modem.power("loss")
    while modem.info()["power"] != "off":
        pass
    modem.power("key")
    host.until("SMS Ready")
    modem.reset_pin()
    host.until("SMS Ready")


def test_module_time(modem):
    modem.clock.pause()
    before = modem.clock.time
    assert modem.clock.paused and modem.clock.time == before
    modem.clock.advance("10min")
    assert modem.clock.time == before + 600
    modem.clock.resume()


@pytest.mark.sim800({"faults": [{"name": "silent", "on": {"command": "AT+CREG"}, "do": {"cme": 3}}]}, allow_unfired=True)
def test_faults_count(modem, host):
    with modem.fault(on={"command": "AT+CSQ", "nth": 2}, do={"result": "ERROR"}) as fault:
        assert "OK" in host.ask("AT+CSQ")
        assert (fault.matched, fault.fired) == (1, 0)
        assert "ERROR" in host.ask("AT+CSQ")
        modem.wait_for(fault)
    assert (fault.matched, fault.fired) == (2, 1)
    assert "OK" in host.ask("AT+CSQ")


def test_a_fault_that_did_not_fire_is_an_assertion(modem):
    with pytest.raises(AssertionError, match=r"fault 0 never fired: command AT\+CSQ \(matched 0 times\)"):
        with modem.fault(on={"command": "AT+CSQ"}, do={"cme": 3}):
            pass
    with modem.fault(on={"command": "AT+CSQ"}, do={"cme": 3}, allow_unfired=True):
        pass
    with pytest.raises(ZeroDivisionError):  # what went wrong first counts
        with modem.fault(on={"command": "AT+CSQ"}, do={"cme": 3}) as fault:
            raise ZeroDivisionError
    fault.remove()


def test_an_expectation(modem, host):
    few = modem.expectation(name="few", command="AT+CSQ", at_most=1)
    host.ask("AT+CSQ")
    assert few.state == "open"
    host.ask("AT+CSQ")
    assert few.state == "failed"
    assert "at most 1" in few.why
    few.remove()


def test_waiting(modem, host):
    assert modem.wait_for("registered")["on"] == "event registered"
    with pytest.raises(Refused) as problem:
        modem.wait_for("registered", "10ms", next=True)
    assert problem.value.status == 408
    host.send("AT")
    with pytest.raises(Refused, match="expected command AT\\+CSQ, found nothing"):
        modem.wait_for({"command": "AT+CSQ"}, "10ms")


def test_the_transcript(modem, host):
    host.ask("AT+CSQ")
    assert modem.expect(r"< \+CSQ: (\d+)").group(1) == "21"
    with pytest.raises(AssertionError, match=r"expected a line with '< \\\\\+CSQ: ' within 0.05 s, found none"):
        modem.expect(r"< \+CSQ: ", timeout=0.05)  # once is enough
    host.ask("AT+CREG?")
    host.ask("AT")
    first, second = modem.expect([r"> AT$", r"\+CREG: 0,1"], all=True)
    assert (first.string, second.string) == ("> AT", "< +CREG: 0,1")
    host.ask("AT+NONSENSE")
    with pytest.raises(AssertionError, match=r"expected no line with 'ERROR', found '< ERROR'"):
        modem.expect("never", not_matching="ERROR")
    host.ask("AT")
    assert modem.expect(["never", "OK"], not_matching=["ERROR"]).group() == "OK"
    with pytest.raises(AssertionError, match="with 'never' and 'nothing' within"):
        modem.expect(["never", "nothing"], all=True, timeout=0.05)


def test_faults_are_in_the_transcript(modem, host):
    with modem.fault(on={"command": "AT+CSQ"}, do={"cme": 3}):
        host.ask("AT+CSQ")
    modem.expect(["! fault", "< ERROR"], all=True)


@pytest.mark.sim800(hosts={"www.sim.com": fixture("httpserver")})
def test_a_server_behind_a_name(modem, host):
    host.ask("AT+SAPBR=1,1")
    host.ask("AT+HTTPINIT")
    host.ask('AT+HTTPPARA="URL","www.sim.com/"')
    host.ask("AT+HTTPACTION=0")
    host.until(r"\+HTTPACTION: 0,200,5")
    assert [one.get("status") for one in modem.http] == [None, 200]
    assert modem.events('"event":"http"') == modem.http


@pytest.mark.sim800(hosts={"www.sim.com": httpserver})
def test_the_fixture_itself_will_do(modem, httpserver):  # pylint: disable=redefined-outer-name
    assert modem.get("/scenario")["network"]["hosts"] == {"www.sim.com": "127.0.0.1:%d" % httpserver.server_port}


@pytest.mark.sim800({"network": {"signal": {"rssi": 9}}}, {"sim": {"present": False}})
def test_scenarios_lie_over_each_other(modem):
    assert modem.at("AT+CSQ").lines == ["+CSQ: 9,0"]
    assert modem.info()["sim"]["state"] != "READY"


@pytest.mark.sim800(modules=2)
def test_two_modules(modem, host):
    first, second = modem.modems
    assert first.tty == modem.tty and first.tty != second.tty
    second.signal(3)
    assert (first.at("AT+CSQ").lines, second.at("AT+CSQ").lines) == (["+CSQ: 21,0"], ["+CSQ: 3,0"])
    assert "OK" in host.ask("AT")
    assert second.commands().count == 0
    assert modem.env["SIM800_TTY_1"] == second.tty


def test_a_factory_makes_several(modem_factory):
    one, other = modem_factory(), modem_factory({"network": {"signal": {"rssi": 3}}})
    assert (one.at("AT+CSQ").lines, other.at("AT+CSQ").lines) == (["+CSQ: 21,0"], ["+CSQ: 3,0"])


@pytest.mark.sim800(tcp=True)
def test_a_tcp_endpoint(modem):
    with socket.create_connection(modem.tcp) as line:
        line.sendall(b"AT+CSQ\r")
        said = b""
        while b"OK\r\n" not in said:
            said += line.recv(4096)
    assert b"+CSQ: 21,0" in said
    assert modem.env["SIM800_TCP"] == "%s:%d" % modem.tcp


def test_there_is_none_otherwise(modem):
    with pytest.raises(AttributeError, match="tcp=True"):
        modem.tcp  # pylint: disable=pointless-statement


@pytest.mark.sim800(fresh=True, time_scale=0.5, seed=7, options=["--log-level", "error"])
def test_a_run_of_its_own(modem):
    assert modem.at("AT").result == "OK"
    assert modem.get("/scenario") is not None


def test_refusals_are_those_of_the_program(modem):
    with pytest.raises(Refused, match="/signal/rssi: expected an integer from 0 to 31, or 99, found 77"):
        modem.signal(77)
    modem.reset()
    modem.reset(keep_stores=True)
    with pytest.raises(TypeError, match="expected a server"):
        modem.map_hosts({"www.sim.com": 5})
