// SPDX-License-Identifier: MIT
// AT+SAPBR: types, tags, limits, states, refusals, DEACT.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

TEST_CASE("configure, open, query, close") {
  World world = ModuleFixture::instant();
  world.network.apns = {{"CMNET", {.user = {}, .password = {}, .ip = "10.89.193.1"}}};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+SAPBR=?") == "\r\n+SAPBR: (0-4),(1-3),\"ConParamTag\",\"ConParamValue\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR?") == ERROR);
  CHECK(fixture.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR=3,1,\"Contype\",\"GPRS\"") == OK);
  CHECK(fixture.ask("AT+SAPBR=3,1,APN,CMNET") == OK);
  CHECK(fixture.ask("AT+SAPBR=3,1,\"USER\",\"\"") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,1") == OK);
  CHECK(fixture.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,1,\"10.89.193.1\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR=4,1") ==
        "\r\n+SAPBR:\r\nCONTYPE: GPRS\r\nAPN: CMNET\r\nPHONENUM: \r\nUSER: \r\nPWD: \r\nRATE: 2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR=0,1") == OK);
  CHECK(fixture.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n\r\nOK\r\n");
}

TEST_CASE("states refuse what does not fit: CME 3") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+SAPBR=0,1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+SAPBR=1,1") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+SAPBR=2,1").starts_with("\r\n+SAPBR: 1,1,\"10."));
  CHECK(fixture.ask("AT+SAPBR=3,1,\"APN\",\"other\"") == OK);  // for the next open
}

TEST_CASE("values that do not fit are refused") {
  ModuleFixture fixture;
  const std::string long_text(65, 'x');
  for (const std::string line :
       {"AT+SAPBR=6,1", "AT+SAPBR=5,1", "AT+SAPBR=2,0", "AT+SAPBR=2,4", "AT+SAPBR=2", "AT+SAPBR=2,1,\"APN\",\"x\"",
        "AT+SAPBR=3,1", "AT+SAPBR=3,1,\"APN\"", "AT+SAPBR=3,1,\"NONE\",\"x\"", "AT+SAPBR=3,1,\"CONTYPE\",\"LTE\"",
        "AT+SAPBR=3,1,\"RATE\",4", "AT+SAPBR=3,1,\"APN\",\"x\",1"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
  CHECK(fixture.ask("AT+SAPBR=3,1,\"APN\",\"" + long_text + "\"") == ERROR);
  CHECK(fixture.ask("AT+SAPBR=3,1,\"APN\",\"" + long_text.substr(1) + "\"") == OK);
  CHECK(fixture.ask("AT+SAPBR=3,1,\"USER\",\"" + long_text.substr(32) + "\"") == ERROR);
  CHECK(fixture.ask("AT+SAPBR=3,1,\"PWD\",\"" + long_text.substr(33) + "\"") == OK);
  CHECK(fixture.ask("AT+SAPBR=3,2,\"RATE\",3") == OK);
}

TEST_CASE("opening takes its time, closing too; the query tells") {
  ModuleFixture fixture(World{});
  RecordingPort second_port;
  Channel& second = fixture.modem.attach(second_port, "second");
  const auto query = [&] {
    second_port.take();
    second.receive("AT+SAPBR=2,1\r");
    fixture.clock.advance(15ms);
    const std::string answer = second_port.take();
    return answer.substr(answer.find("\r\n+SAPBR"), 14);
  };
  fixture.say("AT+SAPBR=1,1\r");
  fixture.wait(20ms);
  CHECK(query() == "\r\n+SAPBR: 1,0,");
  CHECK(fixture.wait(2s) == "\r\nOK\r\n");
  CHECK(query() == "\r\n+SAPBR: 1,1,");
  fixture.say("AT+SAPBR=0,1\r");
  fixture.wait(20ms);
  CHECK(query() == "\r\n+SAPBR: 1,2,");
  CHECK(fixture.wait(2s) == "\r\nOK\r\n");
  CHECK(query() == "\r\n+SAPBR: 1,3,");
}

TEST_CASE("the network refuses an unknown APN and wrong credentials") {
  World world = ModuleFixture::instant();
  world.network.apns = {{"internet", {.user = "u", .password = "p", .ip = {}}}};
  ModuleFixture fixture(world);
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+SAPBR=1,1") == "\r\n+CME ERROR: 148\r\n");
  fixture.ask("AT+SAPBR=3,1,\"APN\",\"Internet\"");
  CHECK(fixture.ask("AT+SAPBR=1,1") == "\r\n+CME ERROR: 149\r\n");
  fixture.ask("AT+SAPBR=3,1,\"USER\",\"u\";+SAPBR=3,1,\"PWD\",\"p\"");
  CHECK(fixture.ask("AT+SAPBR=1,1") == OK);
}

TEST_CASE("without a network, without GPRS, over CSD: refused") {
  World world = ModuleFixture::instant();
  world.network.registration = Registration::denied;
  ModuleFixture denied(world);
  CHECK(denied.ask("AT+SAPBR=1,1") == ERROR);
  CHECK(denied.ask("AT+CREG?") == "\r\n+CREG: 0,3\r\n\r\nOK\r\n");
  world = ModuleFixture::instant();
  world.network.gprs = false;
  ModuleFixture no_gprs(world);
  CHECK(no_gprs.ask("AT+SAPBR=1,1") == ERROR);
  CHECK(no_gprs.ask("AT+CGATT?") == "\r\n+CGATT: 0\r\n\r\nOK\r\n");
  ModuleFixture csd;
  csd.ask("AT+SAPBR=3,1,\"CONTYPE\",\"CSD\"");
  CHECK(csd.ask("AT+SAPBR=1,1") == ERROR);
}

TEST_CASE("three profiles, two PDP contexts: a third APN is refused, the same APN shares") {
  ModuleFixture fixture;
  fixture.ask("AT+SAPBR=3,1,\"APN\",\"a\";+SAPBR=3,2,\"APN\",\"b\";+SAPBR=3,3,\"APN\",\"c\"");
  CHECK(fixture.ask("AT+SAPBR=1,1;+SAPBR=1,2") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,3") == ERROR);
  fixture.ask("AT+SAPBR=3,3,\"APN\",\"A\"");
  CHECK(fixture.ask("AT+SAPBR=1,3") == OK);
  const std::string first = fixture.ask("AT+SAPBR=2,1"), third = fixture.ask("AT+SAPBR=2,3");
  CHECK(first.substr(15) == third.substr(15));
}

TEST_CASE("AT+CGATT=0 and AT+CFUN=0 take the bearer away, and say so before their OK") {
  ModuleFixture fixture;
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SAPBR=0,1") == ERROR);
  CHECK(fixture.ask("AT+CGATT=1") == OK);
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CFUN=0") == "\r\n+SAPBR 1: DEACT\r\n\r\n+CPIN: NOT READY\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CFUN=0") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,1") == ERROR);
  CHECK(fixture.ask("AT+CFUN=1") == "\r\n+CPIN: READY\r\n\r\nOK\r\n\r\nSMS Ready\r\n\r\nCall Ready\r\n");
}

TEST_CASE("the address follows from seed and APN") {
  ModuleFixture one, two;
  one.open_bearer();
  two.open_bearer();
  CHECK(one.ask("AT+SAPBR=2,1") == two.ask("AT+SAPBR=2,1"));
}

TEST_CASE("SAPBR=5 is SIM900's; a quirk allows it") {
  World world = ModuleFixture::instant();
  world.module.quirks.sapbr_save = true;
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+SAPBR=5,1") == OK);
}

}  // namespace sim800::test
