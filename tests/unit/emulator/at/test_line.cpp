// SPDX-License-Identifier: MIT
// The line between host and module: echo, chaining, formats, errors, what waits for what.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

TEST_CASE("echo and framing, byte for byte") {
  ModuleFixture fixture;
  CHECK(fixture.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(fixture.say("AT\r\n") == "AT\r\r\nOK\r\n");
  CHECK(fixture.say("at+csq\n") == "at+csq\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(fixture.say("ATE0\r") == "ATE0\r\r\nOK\r\n");
  CHECK(fixture.say("AT+CSQ;+CREG?\r") == "\r\n+CSQ: 21,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(fixture.say("A/") == "\r\n+CSQ: 21,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("a response leaves in one write") {
  ModuleFixture fixture;
  fixture.port.writes = 0;
  fixture.say("AT+CSQ\r");
  CHECK(fixture.port.writes == 1);
}

TEST_CASE("the first failing command ends the line") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CSQ;+NONE;+CREG?") == "\r\n+CSQ: 21,0\r\n" + ERROR);
  CHECK(fixture.ask("ATE0+NONE") == ERROR);
  CHECK(fixture.say("AT\r") == OK);  // E0 had been done
}

TEST_CASE("AT+CMEE chooses how errors read; unknown is 100, a bad value 765") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+NONE") == ERROR);
  CHECK(fixture.ask("AT+CMEE=1") == OK);
  CHECK(fixture.ask("AT+NONE") == "\r\n+CME ERROR: 100\r\n");
  CHECK(fixture.ask("AT+CSQ?") == "\r\n+CME ERROR: 100\r\n");
  CHECK(fixture.ask("AT+CREG=3") == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CREG=1,2") == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CMEE=2") == OK);
  CHECK(fixture.ask("AT+NONE") == "\r\n+CME ERROR: unknown\r\n");
  CHECK(fixture.ask("AT+CSCS=\"TEST\"") == "\r\n+CME ERROR: invalid input value\r\n");
  CHECK(fixture.ask("AT+CSCS=GSM") == "\r\n+CME ERROR: invalid input value\r\n");
  CHECK(fixture.ask("AT+CMEE=") == OK);
  CHECK(fixture.ask("AT+NONE") == ERROR);
}

TEST_CASE("a number may be given in quotes") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CMEE=\"1\"") == OK);
  CHECK(fixture.ask("AT+CMEE?") == answered("+CMEE: 1"));
  CHECK(fixture.ask("AT+CREG=\"2\"") == OK);
  CHECK(fixture.ask("AT+CREG=\"3\"") == cme(765));
  CHECK(fixture.ask("AT+CREG=\"\"") == cme(765));
  CHECK(fixture.ask("AT+CREG=\"1x\"") == cme(765));
  CHECK(fixture.ask("AT+SMTPSRV=\"a.test\",\"465\"") == OK);
  CHECK(fixture.ask("AT+SMTPSRV?") == answered("+SMTPSRV: \"a.test\",465"));
  CHECK(fixture.ask("AT+POP3SRV=\"a.test\",\"u\",\"p\",\"995\"") == OK);
  CHECK(fixture.ask("AT+FTPPORT=\"2121\"") == OK);
  CHECK(fixture.ask("AT+FTPPORT?") == answered("+FTPPORT: 2121"));
  CHECK(fixture.ask("AT+CSMP=\"17\",\"167\",\"0\",\"0\"") == OK);
  CHECK(fixture.ask("AT+CSMP?") == answered("+CSMP: 17,167,0,0"));
  CHECK(fixture.ask("AT+CMGL=\"4\"") == OK);  // PDU mode
  CHECK(fixture.ask("AT+CMGDA=\"6\"") == OK);
  CHECK(fixture.ask("AT+CMGF=\"1\"") == OK);
  CHECK(fixture.ask("AT+CMGDA=6") == "\r\n+CMS ERROR: 305\r\n");
}

TEST_CASE("AT+SIMEI writes the IMEI for good") {
  Nvram nvram;
  Numbers fixture(ModuleFixture::instant(), &nvram);
  CHECK(fixture.ask("AT+SIMEI?") == answered("+SIMEI: 866104020304051"));
  CHECK(fixture.ask("AT+SIMEI=861230049560668") == OK);
  CHECK(fixture.ask("AT+CGSN") == answered("861230049560668"));
  CHECK(fixture.ask("AT+SIMEI=\"490154203237518\"") == OK);
  for (const char* line : {"AT+SIMEI=", "AT+SIMEI=49015420323751", "AT+SIMEI=4901542032375181",
                           "AT+SIMEI=\"49015420323751x\"", "AT+SIMEI=490154203237518,1"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == cme(765));
  }
  CHECK(fixture.ask("AT+SIMEI?") == answered("+SIMEI: 490154203237518"));
  Numbers next(ModuleFixture::instant(), &nvram);
  CHECK(next.ask("AT+GSN") == answered("490154203237518"));
}

TEST_CASE("AT&K is refused, or by a quirk swallowed") {
  World world = ModuleFixture::instant();
  ModuleFixture usual(world);
  CHECK(usual.ask("AT&K0") == ERROR);
  CHECK(usual.ask("AT&K") == ERROR);
  world.module.quirks.flow_control_silent = true;
  ModuleFixture old(world);
  for (const char* line : {"AT&K0", "AT&K3", "AT&K"}) CHECK(old.ask(line) == "");
  CHECK(old.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n" + OK);
}

TEST_CASE("ATV0 and ATQ1") {
  ModuleFixture fixture;
  CHECK(fixture.ask("ATV0") == "0\r");
  CHECK(fixture.ask("AT+CSQ") == "+CSQ: 21,0\r\n0\r");
  CHECK(fixture.ask("AT+NONE") == "4\r");
  CHECK(fixture.ask("AT+CMEE=1") == "0\r");
  CHECK(fixture.ask("AT+NONE") == "+CME ERROR: 100\r\n");
  CHECK(fixture.ask("ATA") == "3\r");
  CHECK(fixture.ask("ATV1") == OK);
  CHECK(fixture.ask("ATQ1") == "");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n");
  CHECK(fixture.ask("AT+NONE") == "");
  CHECK(fixture.ask("ATQ0") == OK);
}

TEST_CASE("limits: 556 characters, 39 commands; nothing of such a line runs") {
  ModuleFixture fixture;
  std::string many;
  for (int i = 0; i < 40; ++i) many += "E0";
  CHECK(fixture.ask("AT" + many) == ERROR);
  CHECK(fixture.ask("ATE0" + std::string(555, ' ')) == ERROR);
  CHECK(fixture.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(fixture.ask("AT" + std::string(554, ' ') + "E0") == OK);
}

TEST_CASE("commands that come while another runs wait, and are answered in order") {
  ModuleFixture fixture(World{});
  CHECK(fixture.say("AT+CSQ\rAT+CREG?\r") == "");
  CHECK(fixture.wait(15ms) == "AT+CSQ\rAT+CREG?\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(fixture.wait(15ms) == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("URCs wait for the final result of the running command") {
  ModuleFixture fixture(World{});
  fixture.say("AT+CSQ\r");
  fixture.modem.urc("+TEST: 1");
  CHECK(fixture.port.take() == "");
  CHECK(fixture.wait(15ms) == "AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(fixture.wait(20ms) == "\r\n+TEST: 1\r\n");
  fixture.modem.urc("+TEST: 2");
  CHECK(fixture.port.take() == "\r\n+TEST: 2\r\n");
}

TEST_CASE("each endpoint is a channel of its own; URCs go to all") {
  ModuleFixture fixture;
  RecordingPort second_port;
  Channel& second = fixture.modem.attach(second_port, "second");
  CHECK(fixture.ask("ATE0") == OK);
  second.receive("AT\r");
  CHECK(second_port.take() == "AT\r\r\nOK\r\n");
  fixture.modem.urc("+TEST: 1");
  CHECK(fixture.port.take() == "\r\n+TEST: 1\r\n");
  CHECK(second_port.take() == "\r\n+TEST: 1\r\n");
}

TEST_CASE("a half-typed line goes with its client; whole ones before it are answered") {
  ModuleFixture fixture;
  fixture.ask("ATE0");
  fixture.channel->receive("AT+CSQ\rAT+CR");
  fixture.channel->client_left();
  CHECK(fixture.port.take() == "\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(fixture.say("EG?\rAT\r") == OK);
}

TEST_CASE("input stops while it is not wanted, and goes on") {
  ModuleFixture fixture(World{});
  fixture.channel->receive("AT+CSQ\r" + std::string(5000, 'x'));
  CHECK_FALSE(fixture.channel->wants_input());
  fixture.wait(15ms);
  CHECK(fixture.channel->wants_input());
  CHECK(fixture.port.wanted >= 1);
}

TEST_CASE("a congested wire starts no further command") {
  ModuleFixture fixture;
  fixture.port.stuck = Port::congested_at;
  CHECK(fixture.say("AT\r") == "AT\r\r\nOK\r\n");
  fixture.port.stuck = Port::congested_at + 1;
  CHECK(fixture.say("AT\r") == "");
  fixture.port.stuck = 0;
  fixture.channel->drained();
  CHECK(fixture.port.take() == "AT\r\r\nOK\r\n");
}

}  // namespace sim800::test
