# Six bugs from the field, each as a test (docs/pytest.md).
# SPDX-License-Identifier: MIT
import os
import sys

import pytest
from firmware import Firmware

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from servers import Server  # noqa: E402  pylint: disable=wrong-import-position


@pytest.fixture
def firmware(modem):
    found = Firmware(modem.tty)
    yield found
    found.close()


@pytest.fixture(params=["http"])
def server(request):
    found = Server(request.param)
    yield found
    found.close()


@pytest.mark.parametrize("server", ["ftp"], indirect=True)
def test_the_second_upload_is_reset_after_40000_bytes(modem, firmware, server):
    modem.map_hosts({"ftp.example": server})
    firmware.open_bearer()
    data = "x" * 50000
    with modem.fault(on={"ftp": {"verb": "put", "phase": "data", "after_bytes": 40000, "session": 2}},
                     do={"connection": "reset"}) as fault:
        assert firmware.upload("ftp.example", "first", data) == 0
        assert firmware.upload("ftp.example", "second", data) >= 61
        assert firmware.upload("ftp.example", "third", data) == 0
    assert fault.fired == 1
    assert [(name, len(body)) for name, body in server.received] == [("first", 50000), ("third", 50000)]


def test_the_third_post_times_out_while_the_signal_is_low(modem, firmware, server):
    modem.map_hosts({"api.example": server})
    firmware.open_bearer()
    with modem.fault(on={"http": {"method": "POST"}, "nth": 3},
                     do=[{"signal": {"rssi": 3}, "for": "20s"}, {"delay": "20s"}, {"http_status": 601}]) as fault:
        assert [firmware.post("api.example/"), firmware.post("api.example/")] == [200, 200]
        firmware.start_post("api.example/")
        modem.wait_for(fault)
        assert "+CSQ: 3,0" in firmware.ask("AT+CSQ")
        modem.clock.advance("20s")
        assert firmware.http_status() == 601
        assert "+CSQ: 21,0" in firmware.ask("AT+CSQ")
    assert len(server.received) == 2


def test_a_message_arrives_inside_an_answer(modem, firmware):
    firmware.ask("AT+CMGF=1")
    with modem.fault(on={"command": "AT+CSQ"}, do={"sms": {"from": "+420777000000", "text": "UPLOAD"}, "place": "inside"}, times=1):
        answer = firmware.ask("AT+CSQ")
    lines = [line for line in answer.split("\r\n") if line]
    assert lines[1:] == ["+CSQ: 21,0", '+CMTI: "SM",1', "OK"]
    assert "UPLOAD" in firmware.ask("AT+CMGR=1")


@pytest.mark.parametrize("server", ["tcp"], indirect=True)
def test_the_supply_dips_while_a_socket_sends(modem, firmware, server):
    firmware.ask('AT+CSTT="CMNET"')
    firmware.ask("AT+CIICR")
    firmware.send("AT+CIFSR")
    firmware.until(r"\d+\.\d+\.\d+\.\d+\r\n")
    # Transfers notice the faults that were there when they began.
    with modem.fault(on={"socket": {"phase": "data", "direction": "up", "after_bytes": 10}}, do={"supply": "under-voltage-off", "for": "1s"}):
        firmware.ask('AT+CIPSTART="TCP","127.0.0.1",%d' % server.port)
        firmware.until("CONNECT OK\r\n")
        firmware.send("AT+CIPSEND=20")
        firmware.until("> ")
        firmware.send("x" * 20, end="")
        firmware.until("UNDER-VOLTAGE POWER DOWN\r\n")
    while modem.info()["power"] != "off":
        pass
    modem.clock.advance("2s")  # the supply is back
    modem.power("key")
    firmware.until("RDY\r\n")
    assert "OK" in firmware.ask("AT")


@pytest.mark.sim800({"events": [{"period": "90s", "do": {"pdp": "deactivated"}}]})
def test_the_pdp_context_is_deactivated_every_90_seconds(modem, firmware):
    for _ in range(3):
        firmware.open_bearer()
        assert "+SAPBR: 1,1," in firmware.ask("AT+SAPBR=2,1")
        modem.clock.advance("90s")
        firmware.until(r"\+SAPBR 1: DEACT\r\n")
    assert modem.commands("AT+SAPBR=1,1").count == 3


@pytest.mark.sim800(seed=1)
def test_the_uart_drops_bytes_after_registration(modem, firmware):
    firmware.ask("ATE0")
    with modem.fault(on={"event": "registered"}, do={"serial": {"drop": 0.001, "direction": "tx"}, "for": "10s"}) as fault:
        modem.do({"registration": "searching"}, {"registration": "home"})
        modem.wait_for(fault)
        modem.clock.pause()  # the ten seconds are over when the test says so
        for _ in range(100):
            firmware.send("AT+CGMR;+CGMR;+CGMR;+CGMR")
        while modem.commands("AT+CGMR").count < 100 or modem.commands("AT+CGMR")[99].result is None:
            pass
        modem.clock.advance("11s")
        modem.clock.resume()
    firmware.send("AT+GSN")
    damaged = firmware.until(r"\r\n\d{15}\r\n\r\nOK\r\n")
    sound = [firmware.ask("AT+CGMR;+CGMR;+CGMR;+CGMR") for _ in range(2)]
    assert sound[0] == sound[1]
    lost = 100 * len(sound[0]) + len("\r\n866104020304051\r\n\r\nOK\r\n") - len(damaged)
    assert 1 <= lost <= 100
