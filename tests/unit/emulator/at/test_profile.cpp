// SPDX-License-Identifier: MIT
// Profiles and registers: AT&W, AT&F, AT&V, ATZ, S registers, what outlives a restart.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

TEST_CASE("AT&W stores, ATZ brings back, AT&F goes to the factory") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CMEE=2;E0S0=3&W") == OK);
  CHECK(fixture.ask("AT+CMEE=1;E1S0=5") == OK);
  CHECK(fixture.ask("ATZ") == OK);
  CHECK(fixture.ask("AT+CMEE?") == "\r\n+CMEE: 2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("ATS0?") == "\r\n3\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT&F") == OK);
  CHECK(fixture.ask("AT+CMEE?") == "\r\n+CMEE: 0\r\n\r\nOK\r\n");
  CHECK(fixture.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(fixture.ask("AT&FZE0&W") == OK);
}

TEST_CASE("what ATZ and AT&F bring back takes effect") {
  ModuleFixture fixture;
  fixture.ask("ATE0;+CANT=1,1,5;+CNMI=0,1;+CMTE=1");
  fixture.ask("AT&W");
  CHECK(fixture.wait(5s) == "\r\n+CANT: 0\r\n");
  CHECK(fixture.ask("AT&FE0") == OK);
  CHECK(fixture.wait(1min) == "");
  fixture.modem.set_temperature(82);
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.ask("ATZ") == OK + "\r\n+CMTE: 1\r\n");
  CHECK(fixture.wait(5s) == "\r\n+CANT: 0\r\n");
  fixture.modem.sms->receive("+420111", "hello");
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.ask("AT&F") == OK + "\r\n+CMTI: \"SM\",1\r\n");
}

TEST_CASE("only profile 0 exists") {
  ModuleFixture fixture;
  for (const char* line : {"ATZ0", "AT&F0", "AT&W0", "AT&V0"}) CHECK(fixture.ask(line).ends_with(OK));
  for (const char* line : {"ATZ1", "AT&F1", "AT&W1", "AT&V1"}) CHECK(fixture.ask(line) == ERROR);
}

TEST_CASE("the UART group is left alone by ATZ and AT&F") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+IPR=9600;+IFC=2,2;+ICF=2,1") == OK);
  CHECK(fixture.ask("ATZ") == OK);
  CHECK(fixture.ask("AT&F") == OK);
  CHECK(fixture.ask("AT+IPR?") == "\r\n+IPR: 9600\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+IFC?") == "\r\n+IFC: 2,2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+ICF?") == "\r\n+ICF: 2,1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+ICF=3") == OK);
  CHECK(fixture.ask("AT+ICF?") == "\r\n+ICF: 3,255\r\n\r\nOK\r\n");
}

TEST_CASE("registers: ranges, bare decimal values") {
  ModuleFixture fixture;
  const struct {
    const char* name;
    const char* initial;
    const char* good;
    const char* bad;
  } rows[] = {{"S0", "0", "255", "256"}, {"S3", "13", "13", "10"},   {"S4", "10", "10", "13"},
              {"S5", "8", "127", "128"}, {"S6", "2", "999", "1000"}, {"S7", "60", "1", "0"},
              {"S8", "2", "255", "256"}, {"S10", "15", "254", "255"}};
  for (const auto& row : rows) {
    const std::string name = row.name;
    CAPTURE(name);
    CHECK(fixture.ask("AT" + name + "?") == "\r\n" + std::string(row.initial) + "\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT" + name + "=" + row.bad) == ERROR);
    CHECK(fixture.ask("AT" + name + "=") == ERROR);
    CHECK(fixture.ask("AT" + name + "=" + row.good) == OK);
    CHECK(fixture.ask("AT" + name + "?") == "\r\n" + std::string(row.good) + "\r\n\r\nOK\r\n");
  }
  CHECK(fixture.ask("ATS12?") == ERROR);
  CHECK(fixture.ask("ATS0") == ERROR);
}

TEST_CASE("basic commands without a number take 0") {
  ModuleFixture fixture;
  for (const char* line : {"ATE", "ATX", "AT&C", "AT&D", "ATH", "ATL", "ATM", "ATQ"}) CHECK(fixture.ask(line) == OK);
  CHECK(fixture.say("ATV\r") == "0\r");
  for (const char* line : {"ATE2", "ATX5", "AT&C2", "AT&D3", "ATQ2", "ATV2", "ATL10", "ATH1"})
    CHECK(fixture.say(std::string(line) + "\r") == "4\r");
}

TEST_CASE("AT&V prints three blocks, the lines of each as a module has them (field log)") {
  ModuleFixture fixture;
  fixture.ask("ATE0S0=1&W");
  fixture.ask("ATS0=2;+CMEE=1;+CNMI=1,2");
  const auto block = [](std::string_view s0, std::string_view e, std::string_view cmee, std::string_view cnmi) {
    return fmt::format(
        "S0: {}\r\nS3: 13\r\nS4: 10\r\nS5: 8\r\nS6: 2\r\nS7: 60\r\nS8: 2\r\nS10: 15\r\n+CRLP: 61,61,48,6\r\nV: 1\r\n"
        "E: {}\r\nQ: 0\r\nX: 4\r\n&C: 1\r\n&D: 1\r\n+CLTS: 0\r\n+CREG: 0\r\n+CGREG: 0\r\n+CMEE: {}\r\n+CIURC: 1\r\n"
        "+CFGRI: 0\r\n+CMTE: 0\r\n+CANT: 0,0,10\r\n+STKPCIS: 0\r\n+CMGF: 0\r\n+CNMI: {}\r\n+CSCS: \"IRA\"\r\n"
        "+VTD: 1\r\n+CALS: 1\r\n+CHF: 0\r\n+CAAS: 1\r\n+CBUZZERRING: 0\r\n+DDET: 0\r\n+MORING: 0\r\n+SVR: 16\r\n"
        "+CCPD: 1\r\n+CSNS: 0\r\n+CSGS: 1\r\n+CNETLIGHT: 1\r\n+SLEDS: 64,64,64,800,3000,300\r\n+CSDT: 0\r\n"
        "+CSMINS: 0\r\n+EXUNSOL: 0\r\n+FSHEX: 0\r\n+FSEXT: 0\r\n+IPR: 115200\r\n+IFC: 0,0\r\n+CSCLK: 0\r\n",
        s0, e, cmee, cnmi);
  };
  CHECK(fixture.ask("AT&V") == "\r\nDEFAULT PROFILE\r\n" + block("0", "1", "0", "2,1,0,0,0") + "\r\nUSER PROFILE\r\n" +
                                   block("1", "0", "0", "2,1,0,0,0") + "\r\nACTIVE PROFILE\r\n" +
                                   block("2", "0", "1", "1,2,0,0,0") + OK);
}

TEST_CASE("what AT&W stored is there after a reset, what it did not is gone") {
  Nvram nvram;
  {
    ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
    CHECK(fixture.ask("ATE0+CMEE=1;&W") == OK);
    CHECK(fixture.ask("AT+CREG=1") == OK);
    CHECK(fixture.ask("AT+CFUN=1,1").starts_with(OK));
    fixture.wait(1s);
    CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+NONE") == "\r\n+CME ERROR: 100\r\n");
  }
  ModuleFixture again(ModuleFixture::instant(), true, &nvram);
  CHECK(again.say("AT+NONE\r") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("the scenario's settings are the stored ones; AT&F still knows the factory's") {
  World world = ModuleFixture::instant();
  world.module.settings = {{"+CMEE", {"2"}}, {"E", {"0"}}, {"+CNMI", {"1", "2"}}};
  ModuleFixture fixture(world);
  CHECK(fixture.say("AT+CMEE?\r") == "\r\n+CMEE: 2\r\n\r\nOK\r\n");
  CHECK(fixture.say("AT+CNMI?\r") == "\r\n+CNMI: 1,2,0,0,0\r\n\r\nOK\r\n");
  CHECK(fixture.say("AT&F\r") == OK);
  CHECK(fixture.ask("AT+CMEE?") == "\r\n+CMEE: 0\r\n\r\nOK\r\n");
}

TEST_CASE("autobauding: no RDY, +CFUN, +CPIN; the rest once the rate is known") {
  World world;
  world.module.settings = {{"+IPR", {"0"}}};
  ModuleFixture fixture(world, false);
  fixture.modem.power_on();
  CHECK(fixture.wait(5s) == "");
  CHECK(fixture.say("AT\r") == "");
  CHECK(fixture.wait(10s) == "AT\r\r\nOK\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  ModuleFixture mute(world, false);
  mute.modem.power_on();
  CHECK(mute.wait(30s) == "");
}

TEST_CASE("AT+CIURC=0 keeps Call Ready back") {
  World world = ModuleFixture::instant();
  world.module.settings = {{"+CIURC", {"0"}}};
  ModuleFixture fixture(world, false);
  fixture.modem.power_on();
  CHECK(fixture.wait(1s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

TEST_CASE("every setting reads back what was written, in the form it prints") {
  ModuleFixture fixture;
  for (const Command* command : all_commands()) {
    if (!command->is_setting() || command->basic() || command->write.act != keep_setting) continue;
    const std::string name(command->name);
    if (fixture.modem.commands.find(name) != command) continue;  // another model's
    if (name.starts_with("+FTP")) continue;                      // their read forms are bare, see test_ftp.cpp
    CAPTURE(name);
    if (command->read.act != show_setting) continue;  // prints more than it keeps
    const std::string read = fixture.ask("AT" + name + "?");
    REQUIRE(read.starts_with("\r\n" + name + ": "));
    const std::string values = read.substr(name.size() + 4, read.find("\r\n", 2) - name.size() - 4);
    CHECK(fixture.ask("AT" + name + "=" + values) == OK);
    CHECK(fixture.ask("AT" + name + "?") == read);
    if (command->test) CHECK(fixture.ask("AT" + name + "=?").ends_with(OK));
    CHECK(fixture.ask("AT" + name + "=999999") == ERROR);
  }
}

}  // namespace sim800::test
