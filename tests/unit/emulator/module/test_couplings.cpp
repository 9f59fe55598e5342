// SPDX-License-Identifier: MIT
// One service hears of another: calls and sound, white list and messages, names and messages, signal and its report.
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/gprs.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {
namespace {

World with_sound() {
  World world = CallFixture::with_people();
  world.module.model = "SIM800C";
  world.module.revision = "1418B08SIM800C32";  // with less flash there is no speech
  return world;
}

}  // namespace

TEST_CASE("a call that is set up ends a recording and speech, from either side") {
  for (const bool dials : {true, false}) {
    CallFixture fixture(with_sound());
    const auto set_up = [&] {
      return dials ? fixture.ask("ATD100;") : (fixture.modem.calls->receive("200", 2), fixture.wait(0s));
    };
    CHECK(fixture.ask("AT+CREC=1,1,0") == OK);
    fixture.wait(1s);
    CHECK(set_up().find("\r\n+CREC: 2,1,0,1,") != std::string::npos);
    fixture.ask("ATH");
    fixture.wait(10s);
    CHECK(fixture.ask("AT+CTTS=2,\"a text that takes a while\"") == OK);
    CHECK(set_up().find("\r\n+CTTS: 0\r\n") != std::string::npos);
  }
}

TEST_CASE("speech: not while it rings, but in a call, whose end is its end") {
  CallFixture fixture(with_sound());
  fixture.modem.calls->receive("200", 0);
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CTTS=2,\"hello\"") == ERROR);
  fixture.ask("ATA");
  CHECK(fixture.ask("AT+CTTS=2,\"hello, this takes a while\"") == OK);
  CHECK(fixture.ask("ATH").find("\r\n+CTTS: 0\r\n") != std::string::npos);
  CHECK(fixture.ask("AT+CTTS?") == "\r\n+CTTS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("white list: messages of others are gone, with modes 2 and 3") {
  for (const int mode : {0, 1, 2, 3}) {
    CAPTURE(mode);
    ModuleFixture fixture;
    fixture.ask("ATE0;+CWHITELIST=1,1,\"+49170\"");
    fixture.ask("AT+CWHITELIST=" + std::to_string(mode));
    fixture.modem.sms->receive("+49171", "not wanted");
    CHECK(fixture.wait(5s) == (mode >= 2 ? "" : "\r\n+CMTI: \"SM\",1\r\n"));
    fixture.modem.sms->receive("+49170", "wanted");
    CHECK(fixture.wait(5s) == (mode >= 2 ? "\r\n+CMTI: \"SM\",1\r\n" : "\r\n+CMTI: \"SM\",2\r\n"));
  }
}

TEST_CASE("messages: whose number is in the phone book comes with its name") {
  World world = ModuleFixture::instant();
  world.module.settings = {{"E", {"0"}}, {"+CMGF", {"1"}}};
  world.sim.phonebook = {{1, "+49170", 145, "Ann"}};
  world.sim.messages = {{1, "REC READ", "+49170", "02/01/30,20:40:31+00", "Hi"}, {2, "STO UNSENT", "+49170", "", "Ho"}};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CMGR=1") ==
        "\r\n+CMGR: \"REC READ\",\"+49170\",\"Ann\",\"02/01/30,20:40:31+00\"\r\nHi\r\n" + OK);
  CHECK(fixture.ask("AT+CMGR=2") == "\r\n+CMGR: \"STO UNSENT\",\"+49170\",\"Ann\"\r\nHo\r\n" + OK);
  CHECK(fixture.ask("AT+CMGL=\"REC READ\"").find("\"+49170\",\"Ann\",") != std::string::npos);
  fixture.ask("AT+CNMI=2,2");
  fixture.modem.sms->receive("+49170", "x");
  CHECK(fixture.wait(0s).starts_with("\r\n+CMT: \"+49170\",\"Ann\",\""));
  fixture.ask("AT+CSCS=\"UCS2\"");
  CHECK(fixture.ask("AT+CMGR=1").find(",\"0041006E006E\",") != std::string::npos);
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.ask("AT+CMGR=1").starts_with("\r\n+CMGR: 1,\"0041006E006E\","));
}

TEST_CASE("AT+EXUNSOL=\"SQ\",1: each change of the signal is told") {
  World world = ModuleFixture::instant();
  world.network.signal = {{.at = 0s, .rssi = 20, .ber = 0}, {.at = 60s, .rssi = 10, .ber = 1}};
  ModuleFixture fixture(world);
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+EXUNSOL=\"SQ\",1") == OK);
  CHECK(fixture.wait(40s - 1ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CSQN: 10,1\r\n");
  fixture.modem.network->set_signal(9, 1);
  CHECK(fixture.wait(0s) == "\r\n+CSQN: 9,1\r\n");
  fixture.modem.network->set_signal(9, 1);
  CHECK(fixture.wait(0s) == "");
  fixture.ask("AT+EXUNSOL=\"SQ\",0");
  fixture.modem.network->set_signal(5, 0);
  CHECK(fixture.wait(0s) == "");
}

TEST_CASE("AT+CGEREP=1: who deactivates and who leaves") {
  ModuleFixture fixture;
  fixture.ask("ATE0;+CGEREP=1;+CGDCONT=1,\"IP\",\"a\"");
  fixture.ask("AT+CGACT=1,1");
  const std::string address = fixture.modem.gprs->address(1);
  CHECK(fixture.ask("AT+CGACT=0,1") == "\r\n+CGEV: ME DEACT \"IP\",\"" + address + "\",1\r\n" + OK);
  CHECK(fixture.ask("AT+CGACT=0,1") == OK);  // nothing to tell
  fixture.modem.remove_sim();
  CHECK(fixture.wait(0s).find("\r\n+CGEV: ME DETACH\r\n") != std::string::npos);
}

TEST_CASE("forwarding and waiting are the subscriber's: they outlive the process, by the card") {
  Nvram nvram;
  const auto ask = [&nvram](const std::string& imsi, std::string_view line) {
    World world = ModuleFixture::instant();
    world.sim.imsi = imsi;
    ModuleFixture fixture(world, true, &nvram);
    fixture.ask("ATE0");
    return fixture.ask(line);
  };
  CHECK(ask("460001234567890", "AT+CCFC=2,3,\"+49300\",145,1,,,15") == OK);
  CHECK(ask("460001234567890", "AT+CCWA=1,0,7") == OK);
  CHECK(ask("460001234567890", "AT+CCFC=2,2") == "\r\n+CCFC: 1,1,\"+49300\",145,\"\",0,15\r\n" + OK);
  CHECK(ask("460001234567890", "AT+CCWA=1,2") == "\r\n+CCWA: 0,7\r\n" + OK);
  CHECK(ask("460009999999999", "AT+CCFC=2,2") == "\r\n+CCFC: 0,7\r\n" + OK);
  CHECK(ask("460009999999999", "AT+CCWA=1,2") == "\r\n+CCWA: 1,1\r\n" + OK);
}

}  // namespace sim800::test
