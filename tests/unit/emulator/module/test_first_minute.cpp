// SPDX-License-Identifier: MIT
// A stranger's first minute: identity, registration, power-down. See test_boot.cpp for start-up in field time.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

TEST_CASE("instant boot") {
  ModuleFixture fixture(ModuleFixture::instant(), false);
  fixture.modem.power_on();
  fixture.clock.advance(0s);
  CHECK(fixture.port.take() == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(fixture.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n\r\nOK\r\n");
}

TEST_CASE("identity: bare values, Revision: without a blank") {
  ModuleFixture fixture;
  const std::pair<const char*, const char*> rows[] = {{"ATI", "SIM800 R14.18"},
                                                      {"AT+GMI", "SIMCOM_Ltd"},
                                                      {"AT+CGMI", "SIMCOM_Ltd"},
                                                      {"AT+GMM", "SIMCOM_SIM800L"},
                                                      {"AT+CGMM", "SIMCOM_SIM800L"},
                                                      {"AT+GMR", "Revision:1418B05SIM800L24"},
                                                      {"AT+CGMR", "Revision:1418B05SIM800L24"},
                                                      {"AT+GSN", "866104020304051"},
                                                      {"AT+CGSN", "866104020304051"},
                                                      {"AT+CIMI", "460001234567890"},
                                                      {"AT+CCID", "89860012345678901234"},
                                                      {"AT+GCAP", "+GCAP: +CGSM"},
                                                      {"AT+GOI", "SIM800"},
                                                      {"AT+CBC", "+CBC: 0,93,4147"},
                                                      {"AT+CFUN?", "+CFUN: 1"},
                                                      {"AT+CFUN=?", "+CFUN: (0,1,4),(0,1)"},
                                                      {"AT+CPIN?", "+CPIN: READY"},
                                                      {"AT+CSQ", "+CSQ: 21,0"},
                                                      {"AT+COPS?", "+COPS: 0,0,\"CHINA MOBILE\""},
                                                      {"AT+CCLK?", "+CCLK: \"04/01/01,00:00:20+00\""},
                                                      {"AT+CCALR?", "+CCALR: 1"},
                                                      {"AT+CREG=?", "+CREG: (0-2)"},
                                                      {"AT+CGATT=?", "+CGATT: (0,1)"}};
  for (const auto& [line, answer] : rows) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n" + std::string(answer) + "\r\n\r\nOK\r\n");
  }
  for (const char* line : {"AT+GMI=?", "AT+CGSN=?", "AT+CIMI=?", "AT+CCID=?", "AT+CPIN=?", "AT+CCLK=?"})
    CHECK(fixture.ask(line) == OK);
  for (const char* line :
       {"AT+CSQ?", "AT+CEREG?", "AT+CIND?", "AT+CLAC", "AT^SYSINFO", "AT+CMGR?", "AT+CSQ=1", "AT%X", "AT!"})
    CHECK(fixture.ask(line) == ERROR);
}

TEST_CASE("+CREG and +CGREG: reports and location") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CREG=2;+CGREG=1") == OK);
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 2,1,\"1816\",\"F9A1\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CGREG?") == "\r\n+CGREG: 1,1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CFUN=4") == "\r\n+CREG: 0\r\n\r\n+CGREG: 0\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
  const std::string back = fixture.ask("AT+CFUN=1");
  CHECK(back.find("+CREG: 1,\"1816\",\"F9A1\"") != std::string::npos);
  CHECK(back.find("+CGREG: 1") != std::string::npos);
}

TEST_CASE("AT+CVHU: drivers send it to every module, and get OK") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CVHU=0") == OK);
  CHECK(fixture.ask("AT+CVHU?") == answered("+CVHU: 0"));
  CHECK(fixture.ask("AT+CVHU=?") == answered("+CVHU: (0-1)"));
  CHECK(fixture.ask("AT+CVHU=2") == ERROR);
  CHECK(fixture.ask("AT+CVHU") == ERROR);
}

TEST_CASE("AT+CFUN: what follows what") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CFUN=4") == OK);
  CHECK(fixture.ask("AT+CFUN=0") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CPIN?") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  CHECK(fixture.ask("ATD123;") == "\r\n+CME ERROR: 797\r\n");
  CHECK(fixture.ask("AT+CFUN=1") == OK);
  CHECK(fixture.ask("AT+CFUN=0") == "\r\n+CPIN: NOT READY\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CFUN=4") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CIMI") == "\r\n+CME ERROR: 14\r\n");
  for (const char* line : {"AT+CFUN=2", "AT+CFUN=1,2", "AT+CFUN="})
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CFUN=1,1") ==
        OK + "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
}

TEST_CASE("a reset may say OK last, by quirk; level 4 is kept, 0 is not") {
  World world;
  world.module.quirks.cfun_reset_ok_last = true;
  ModuleFixture fixture(world);
  fixture.say("ATE0\r");
  fixture.wait(1s);
  fixture.say("AT+CFUN=4,1\r");
  CHECK(fixture.wait(3500ms) == "\r\nRDY\r\n\r\nOK\r\n\r\n+CFUN: 4\r\n");
}

TEST_CASE("AT+CPOWD: a last word, no OK, then silence until PWRKEY") {
  ModuleFixture fixture(World{});
  fixture.say("ATE0\r");
  fixture.wait(1s);
  fixture.say("AT+CPOWD=1\r");
  CHECK(fixture.wait(5s) == "\r\nNORMAL POWER DOWN\r\n");
  CHECK(fixture.say("AT\r") == "");
  CHECK(fixture.wait(60s) == "");
  fixture.modem.press_power_key();
  CHECK(fixture.wait(3400ms) == "\r\nRDY\r\n");
  fixture.modem.press_power_key();
  CHECK(fixture.wait(5s).ends_with("\r\nNORMAL POWER DOWN\r\n"));
  ModuleFixture urgent;
  CHECK(urgent.ask("AT+CPOWD=0") == "");
  CHECK(urgent.ask("AT") == "");
}

TEST_CASE("a locked SIM: PIN, three attempts, PUK; remembered by the card") {
  Nvram nvram;
  World world = ModuleFixture::instant();
  world.sim.pin = "1234";
  {
    ModuleFixture fixture(world, false, &nvram);
    fixture.modem.power_on();
    CHECK(fixture.wait(1s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: SIM PIN\r\n");
    fixture.ask("AT+CMEE=1");
    CHECK(fixture.ask("AT+CPIN?") == "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CIMI") == "\r\n+CME ERROR: 11\r\n");
    CHECK(fixture.ask("AT+SAPBR=1,1") == "\r\n+CME ERROR: 11\r\n");
    CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CPIN=123") == "\r\n+CME ERROR: 16\r\n");
    CHECK(fixture.ask("AT+CPIN=1111") == "\r\n+CME ERROR: 16\r\n");
    CHECK(fixture.ask("AT+CPIN=\"1111\"") == "\r\n+CME ERROR: 16\r\n");
  }
  ModuleFixture fixture(world, true, &nvram);
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CPIN=1111") == "\r\n+CME ERROR: 12\r\n");
  CHECK(fixture.ask("AT+CPIN?") == "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CPIN=1234") == "\r\n+CME ERROR: 12\r\n");
  CHECK(fixture.ask("AT+CPIN=\"00000000\",\"4321\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(fixture.ask("AT+CPIN=\"12345678\",\"4321\"") ==
        "\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(fixture.ask("AT+CPIN=4321") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("no SIM") {
  World world = ModuleFixture::instant();
  world.sim.present = false;
  ModuleFixture fixture(world, false);
  fixture.modem.power_on();
  CHECK(fixture.wait(1s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n\r\nCall Ready\r\n");
  fixture.ask("AT+CMEE=2");
  for (const char* line : {"AT+CPIN?", "AT+CIMI", "AT+CCID", "AT+SAPBR=1,1"})
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: SIM not inserted\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
}

TEST_CASE("AT+CCLK: set, read, refuse; the zone outlives power-off") {
  Nvram nvram;
  {
    ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
    CHECK(fixture.ask("AT+CCLK=\"26/12/31,23:59:59+08\"") == OK);
    fixture.wait(2s);
    CHECK(fixture.ask("AT+CCLK?") == "\r\n+CCLK: \"27/01/01,00:00:01+08\"\r\n\r\nOK\r\n");
    for (const char* bad : {"26/13/01,00:00:00+00", "26/02/29,00:00:00+00", "26/01/01,24:00:00+00",
                            "26/01/01,00:00:00+49", "26/01/01,00:00:00-48", "26/01/01", "x"}) {
      CHECK(fixture.ask("AT+CCLK=\"" + std::string(bad) + "\"") == ERROR);
    }
  }
  ModuleFixture again(ModuleFixture::instant(), true, &nvram);
  CHECK(again.ask("AT+CCLK?") == "\r\n+CCLK: \"04/01/01,00:00:20+08\"\r\n\r\nOK\r\n");
}

TEST_CASE("AT+COPS: formats, deregistering, coming back") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+COPS=3,2") == OK);
  CHECK(fixture.ask("AT+COPS?") == "\r\n+COPS: 0,2,\"46000\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+COPS=3;+COPS?") == "\r\n+COPS: 0,0,\"CHINA MOBILE\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+COPS=?") ==
        "\r\n+COPS: (2,\"CHINA MOBILE\",\"CHINA MOBILE\",\"46000\"),,(0-4),(0-2)\r\n\r\nOK\r\n");
  fixture.open_bearer();
  CHECK(fixture.ask("AT+COPS=2") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+COPS?") == "\r\n+COPS: 2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+COPS=1,2,\"99999\"") == "\r\n+CME ERROR: 30\r\n");
  CHECK(fixture.ask("AT+COPS=1,2,\"46000\"") == OK);
  CHECK(fixture.ask("AT+COPS=0") == OK);
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n\r\nOK\r\n");
}

TEST_CASE("calls: nobody can be reached in a world without people") {
  ModuleFixture fixture(World{});
  fixture.say("ATE0\r");
  fixture.wait(1s);
  fixture.say("ATD+4912345;\r");
  CHECK(fixture.wait(1s) == OK);
  CHECK(fixture.wait(10s) == "\r\nNO CARRIER\r\n");
  fixture.say("ATO\r");
  CHECK(fixture.wait(10s) == ERROR);
  for (const char* line : {"ATH", "ATP", "ATT", "ATL5", "ATM9"}) {
    fixture.say(std::string(line) + "\r");
    CHECK(fixture.wait(10s) == OK);
  }
}

}  // namespace sim800::test
