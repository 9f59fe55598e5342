// SPDX-License-Identifier: MIT
// A stranger's first minute: boot URCs, identity, registration, power-down.
#include <doctest/doctest.h>

#include "tests/unit/test_bench.hpp"

namespace sim800::test {

TEST_CASE("boot in field time: URCs in order, deaf before RDY") {
  Bench bench(World{}, false);
  bench.modem.power_on();
  CHECK(bench.say("AT\r") == "");
  CHECK(bench.wait(2499ms) == "");
  CHECK(bench.wait(1ms) == "\r\nRDY\r\n");
  CHECK(bench.wait(10ms) == "\r\n+CFUN: 1\r\n");
  CHECK(bench.say("AT+CPIN?\r") == "AT+CPIN?\r");
  CHECK(bench.wait(15ms) == ERROR);  // SIM busy
  CHECK(bench.wait(700ms) == "\r\n+CPIN: READY\r\n");
  bench.say("AT+CREG?\r");
  CHECK(bench.wait(15ms) == "\r\n+CREG: 0,2\r\n\r\nOK\r\n");
  CHECK(bench.wait(4800ms) == "\r\nCall Ready\r\n");
  CHECK(bench.wait(1s) == "\r\nSMS Ready\r\n");
  bench.wait(1s);
  bench.say("AT+CREG?\r");
  CHECK(bench.wait(15ms) == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("instant boot") {
  Bench bench(Bench::instant(), false);
  bench.modem.power_on();
  bench.clock.advance(0s);
  CHECK(bench.port.take() == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(bench.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n\r\nOK\r\n");
}

TEST_CASE("identity: bare values, Revision: without a blank") {
  Bench bench;
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
    CHECK(bench.ask(line) == "\r\n" + std::string(answer) + "\r\n\r\nOK\r\n");
  }
  for (const char* line : {"AT+GMI=?", "AT+CGSN=?", "AT+CIMI=?", "AT+CCID=?", "AT+CPIN=?", "AT+CCLK=?"})
    CHECK(bench.ask(line) == OK);
  for (const char* line :
       {"AT+CSQ?", "AT+CEREG?", "AT+CIND?", "AT+CLAC", "AT^SYSINFO", "AT+CMGR?", "AT+CSQ=1", "AT%X", "AT!"})
    CHECK(bench.ask(line) == ERROR);
}

TEST_CASE("+CREG and +CGREG: reports and location") {
  Bench bench;
  CHECK(bench.ask("AT+CREG=2;+CGREG=1") == OK);
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 2,1,\"1816\",\"F9A1\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CGREG?") == "\r\n+CGREG: 1,1\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CFUN=4") == "\r\n+CREG: 0\r\n\r\n+CGREG: 0\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
  const std::string back = bench.ask("AT+CFUN=1");
  CHECK(back.find("+CREG: 1,\"1816\",\"F9A1\"") != std::string::npos);
  CHECK(back.find("+CGREG: 1") != std::string::npos);
}

TEST_CASE("AT+CFUN: what follows what") {
  Bench bench;
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask("AT+CFUN=4") == OK);
  CHECK(bench.ask("AT+CFUN=0") == "\r\n+CME ERROR: 3\r\n");
  CHECK(bench.ask("AT+CPIN?") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  CHECK(bench.ask("ATD123;") == "\r\n+CME ERROR: 797\r\n");
  CHECK(bench.ask("AT+CFUN=1") == OK);
  CHECK(bench.ask("AT+CFUN=0") == "\r\n+CPIN: NOT READY\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CFUN=4") == "\r\n+CME ERROR: 3\r\n");
  CHECK(bench.ask("AT+CIMI") == "\r\n+CME ERROR: 14\r\n");
  for (const char* line : {"AT+CFUN=2", "AT+CFUN=1,2", "AT+CFUN="}) CHECK(bench.ask(line) == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CFUN=1,1") ==
        OK + "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
}

TEST_CASE("a reset may say OK last, by quirk; level 4 is kept, 0 is not") {
  World world;
  world.module.quirks.cfun_reset_ok_last = true;
  Bench bench(world);
  bench.say("ATE0\r");
  bench.wait(1s);
  bench.say("AT+CFUN=4,1\r");
  CHECK(bench.wait(2600ms) == "\r\nRDY\r\n\r\nOK\r\n\r\n+CFUN: 4\r\n");
}

TEST_CASE("AT+CPOWD: a last word, no OK, then silence until PWRKEY") {
  Bench bench(World{});
  bench.say("ATE0\r");
  bench.wait(1s);
  bench.say("AT+CPOWD=1\r");
  CHECK(bench.wait(5s) == "\r\nNORMAL POWER DOWN\r\n");
  CHECK(bench.say("AT\r") == "");
  CHECK(bench.wait(60s) == "");
  bench.modem.press_power_key();
  CHECK(bench.wait(2500ms) == "\r\nRDY\r\n");
  bench.modem.press_power_key();
  CHECK(bench.wait(5s).ends_with("\r\nNORMAL POWER DOWN\r\n"));
  Bench urgent;
  CHECK(urgent.ask("AT+CPOWD=0") == "");
  CHECK(urgent.ask("AT") == "");
}

TEST_CASE("a locked SIM: PIN, three attempts, PUK; remembered by the card") {
  Nvram nvram;
  World world = Bench::instant();
  world.sim.pin = "1234";
  {
    Bench bench(world, false, &nvram);
    bench.modem.power_on();
    CHECK(bench.wait(1s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: SIM PIN\r\n");
    bench.ask("AT+CMEE=1");
    CHECK(bench.ask("AT+CPIN?") == "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    CHECK(bench.ask("AT+CIMI") == "\r\n+CME ERROR: 11\r\n");
    CHECK(bench.ask("AT+SAPBR=1,1") == "\r\n+CME ERROR: 11\r\n");
    CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,2\r\n\r\nOK\r\n");
    CHECK(bench.ask("AT+CPIN=123") == "\r\n+CME ERROR: 16\r\n");
    CHECK(bench.ask("AT+CPIN=1111") == "\r\n+CME ERROR: 16\r\n");
    CHECK(bench.ask("AT+CPIN=\"1111\"") == "\r\n+CME ERROR: 16\r\n");
  }
  Bench bench(world, true, &nvram);
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask("AT+CPIN=1111") == "\r\n+CME ERROR: 12\r\n");
  CHECK(bench.ask("AT+CPIN?") == "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CPIN=1234") == "\r\n+CME ERROR: 12\r\n");
  CHECK(bench.ask("AT+CPIN=\"00000000\",\"4321\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(bench.ask("AT+CPIN=\"12345678\",\"4321\"") ==
        "\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(bench.ask("AT+CPIN=4321") == "\r\n+CME ERROR: 3\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("no SIM") {
  World world = Bench::instant();
  world.sim.present = false;
  Bench bench(world, false);
  bench.modem.power_on();
  CHECK(bench.wait(1s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n\r\nCall Ready\r\n");
  bench.ask("AT+CMEE=2");
  for (const char* line : {"AT+CPIN?", "AT+CIMI", "AT+CCID", "AT+SAPBR=1,1"})
    CHECK(bench.ask(line) == "\r\n+CME ERROR: SIM not inserted\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,2\r\n\r\nOK\r\n");
}

TEST_CASE("AT+CCLK: set, read, refuse; the zone outlives power-off") {
  Nvram nvram;
  {
    Bench bench(Bench::instant(), true, &nvram);
    CHECK(bench.ask("AT+CCLK=\"26/12/31,23:59:59+08\"") == OK);
    bench.wait(2s);
    CHECK(bench.ask("AT+CCLK?") == "\r\n+CCLK: \"27/01/01,00:00:01+08\"\r\n\r\nOK\r\n");
    for (const char* bad : {"26/13/01,00:00:00+00", "26/02/29,00:00:00+00", "26/01/01,24:00:00+00",
                            "26/01/01,00:00:00+49", "26/01/01,00:00:00-48", "26/01/01", "x"}) {
      CHECK(bench.ask("AT+CCLK=\"" + std::string(bad) + "\"") == ERROR);
    }
  }
  Bench again(Bench::instant(), true, &nvram);
  CHECK(again.ask("AT+CCLK?") == "\r\n+CCLK: \"04/01/01,00:00:20+08\"\r\n\r\nOK\r\n");
}

TEST_CASE("AT+COPS: formats, deregistering, coming back") {
  Bench bench;
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask("AT+COPS=3,2") == OK);
  CHECK(bench.ask("AT+COPS?") == "\r\n+COPS: 0,2,\"46000\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+COPS=?") ==
        "\r\n+COPS: (2,\"CHINA MOBILE\",\"CHINA MOBILE\",\"46000\"),,(0-4),(0-2)\r\n\r\nOK\r\n");
  bench.open_bearer();
  CHECK(bench.ask("AT+COPS=2") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+COPS?") == "\r\n+COPS: 2\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+COPS=1,2,\"99999\"") == "\r\n+CME ERROR: 30\r\n");
  CHECK(bench.ask("AT+COPS=1,2,\"46000\"") == OK);
  CHECK(bench.ask("AT+COPS=0") == OK);
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n\r\nOK\r\n");
}

TEST_CASE("calls: nobody can be reached in a world without people") {
  Bench bench(World{});
  bench.say("ATE0\r");
  bench.wait(1s);
  bench.say("ATD+4912345;\r");
  CHECK(bench.wait(1s) == OK);
  CHECK(bench.wait(10s) == "\r\nNO CARRIER\r\n");
  bench.say("ATO\r");
  CHECK(bench.wait(10s) == ERROR);
  for (const char* line : {"ATH", "ATP", "ATT", "ATL5", "ATM9"}) {
    bench.say(std::string(line) + "\r");
    CHECK(bench.wait(10s) == OK);
  }
}

}  // namespace sim800::test
