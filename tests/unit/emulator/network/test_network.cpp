// SPDX-License-Identifier: MIT
// Operators, bands, cells, network time, clock and alarms, sleep, and small questions to the module.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "protocol/sim/card_coding.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

World three_operators() {
  using enum Operator::Status;
  World world = ModuleFixture::instant();
  world.network.operators = {{current, "CHINA MOBILE", "CMCC", "46000"},
                             {available, "CHN-UNICOM", "UNICOM", "46001"},
                             {forbidden, "Nobody", "NB", "99999"}};
  return world;
}

}  // namespace

TEST_CASE("AT+COPS=?: the operators of the scenario, as they are now") {
  Numbers fixture(three_operators());
  CHECK(fixture.ask("AT+COPS=?") ==
        answered("+COPS: (2,\"CHINA MOBILE\",\"CMCC\",\"46000\"),(1,\"CHN-UNICOM\",\"UNICOM\",\"46001\"),"
                 "(3,\"Nobody\",\"NB\",\"99999\"),,(0-4),(0-2)"));
  CHECK(fixture.ask("AT+COPS=3,1;+COPS?") == answered("+COPS: 0,1,\"CMCC\""));
  CHECK(fixture.ask("AT+COPS=2") == OK);
  CHECK(fixture.ask("AT+COPS=?").starts_with("\r\n+COPS: (1,\"CHINA MOBILE\""));
  const std::string names = fixture.ask("AT+COPN");  // the module's own, wherever it is
  CHECK(names.starts_with("\r\n+COPN: \"20201\",\"COSMO\"\r\n"));
  CHECK(names.find("+COPN: \"26201\",\"T-Mobile D\"\r\n") != std::string::npos);
  CHECK(names.find("Nobody") == std::string::npos);
  CHECK(names.ends_with("+COPN: \"74807\",\"Movistar\"\r\n" + OK));
}

TEST_CASE("AT+COPS=1: another operator, kept over power-off; roaming there") {
  Nvram kept;
  {
    Numbers fixture(three_operators(), &kept);
    CHECK(fixture.ask("AT+COPS=1,2,\"46001\"") == OK);
    CHECK(fixture.ask("AT+COPS?;+CREG?") == "\r\n+COPS: 1,2,\"46001\"\r\n\r\n+CREG: 0,5\r\n" + OK);
  }
  Numbers fixture(three_operators(), &kept);
  CHECK(fixture.ask("AT+COPS=3,0;+COPS?") == answered("+COPS: 1,0,\"CHN-UNICOM\""));
  CHECK(fixture.ask("AT+COPS=1,0,\"Nobody\"") == cme(32));
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 1"));
  CHECK(fixture.ask("AT+COPS=1,2,\"12345\"") == cme(30));
  CHECK(fixture.ask("AT+COPS=4,2,\"12345\"") == OK);
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,2,\"46000\""));
  CHECK(fixture.ask("AT+COPS=4,1,\"unicom\"") == OK);
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 1,1,\"UNICOM\""));
  CHECK(fixture.ask("AT+COPS=0") == OK);
  CHECK(fixture.ask("AT+COPS?;+CREG?") == "\r\n+COPS: 0,1,\"CMCC\"\r\n\r\n+CREG: 0,1\r\n" + OK);
  for (const char* typed : {"AT+COPS=5", "AT+COPS=1", "AT+COPS=1,2", "AT+COPS=3,3", "AT+COPS=0,3"})
    CHECK(fixture.ask(typed) == cme(765));
}

TEST_CASE("an operator chosen by hand that is not there: it goes on looking") {
  Nvram kept;
  {
    Numbers fixture(three_operators(), &kept);
    fixture.ask("AT+COPS=1,2,\"46001\"");
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+COPS?;+CREG?") == "\r\n+COPS: 1\r\n\r\n+CREG: 0,2\r\n" + OK);
  CHECK(fixture.ask("AT+COPS=0") == OK);
}

TEST_CASE("registration that a command waits for is said before its OK") {
  ModuleFixture fixture{World{}};
  fixture.say("ATE0+CREG=1;+CLTS=1;+COPS=2\r");
  fixture.wait(1s);
  fixture.say("AT+COPS=0\r");
  fixture.wait(6614ms);
  CHECK(fixture.wait(1ms) ==
        "\r\n+CREG: 1\r\n\r\n+CTZV: +32,0\r\n\r\n*PSUTTZ: 2026,1,1,0,0,27,\"+32\",0\r\n\r\nDST: 0\r\n"
        "\r\n+CIEV: 10,\"46000\",\"CHINA MOBILE\",\"CHINA MOBILE\", 0, 0\r\n" +
            OK);
}

TEST_CASE("AT+CPOL: the card's list, kept") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CPOL=?") == answered("+CPOL: (1-20),(0-2)"));
    CHECK(fixture.ask("AT+CPOL?") == OK);
    CHECK(fixture.ask("AT+CPOL=2,2,\"46001\";+CPOL=1,0,\"CHINA MOBILE\"") == OK);
    for (const char* typed :
         {"=0,2,\"46001\"", "=21", "=1,2", "=1,2,\"abc\"", "=1,3,\"46001\"", "=1,0,\"Nobody\"", "=1,0,\"\""})
      CHECK(fixture.ask(std::string("AT+CPOL") + typed) == cme(765));
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CPOL?") == "\r\n+CPOL: 1,0,\"CHINA MOBILE\"\r\n+CPOL: 2,2,\"46001\"\r\n" + OK);
  CHECK(fixture.ask("AT+CPOL=1") == OK);
  CHECK(fixture.ask("AT+CPOL?") == answered("+CPOL: 2,2,\"46001\""));
}

TEST_CASE("AT+CPOL: the card has the numbers of the networks, whatever they are called") {
  World world = ModuleFixture::instant();
  world.network.operators = {{.long_name = "A Network Far Away", .short_name = "FAR", .plmn = "90101"}};
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CPOL=1,1,\"far\";+CPOL=2,0,\"vodafone GR\";+CPOL=3,0,\"CHINA MOBILE\"") == OK);
  CHECK(fixture.ask("AT+CRSM=176,28464,0,0,9") == answered("+CRSM: 144,0,\"09F11002F25064F000\""));
}

TEST_CASE("AT+COPS, AT+CPOL: names in the character set of AT+CSCS, numbers in plain text too") {
  Numbers fixture;
  const std::string name = "004300480049004E00410020004D004F00420049004C0045";
  fixture.ask("AT+CSCS=\"UCS2\"");
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,0,\"" + name + "\""));
  CHECK(fixture.ask("AT+COPS=1,0,\"" + name + "\"") == OK);
  for (const char* number : {"46000", "00340036003000300030"}) {
    CHECK(fixture.ask(fmt::format("AT+COPS=1,2,\"{}\"", number)) == OK);
    CHECK(fixture.ask(fmt::format("AT+CPOL=2,2,\"{}\"", number)) == OK);
  }
  CHECK(fixture.ask("AT+CPOL=1,0,\"" + name + "\"") == OK);
  CHECK(fixture.ask("AT+CPOL?") == "\r\n+CPOL: 1,0,\"" + name + "\"\r\n+CPOL: 2,2,\"46000\"\r\n" + OK);
  fixture.ask("AT+CSCS=\"IRA\"");
  CHECK(fixture.ask("AT+CPOL?") == "\r\n+CPOL: 1,0,\"CHINA MOBILE\"\r\n+CPOL: 2,2,\"46000\"\r\n" + OK);
}

TEST_CASE("AT+COPS: what is refused leaves the format as it was") {
  Numbers fixture;
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.ask("AT+COPS=0,2") == cme(797));
  CHECK(fixture.ask("AT+COPS=3,1") == OK);
  CHECK(fixture.ask("AT+COPS=0,2") == cme(797));
  fixture.ask("AT+CFUN=1");
  fixture.wait(20s);
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,1,\"CHINA MOBILE\""));
}

TEST_CASE("AT+CBAND: without the bands of the cells the network is gone") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CBAND?") == answered("+CBAND: EGSM_DCS_MODE,ALL_BAND"));
  CHECK(fixture.ask("AT+CBAND=?").starts_with("\r\n+CBAND: (EGSM_MODE,DCS_MODE,"));
  fixture.ask("AT+CREG=1");
  CHECK(fixture.ask("AT+CBAND=\"DCS_MODE\"") == OK);
  CHECK(fixture.ask("AT+CBAND=\"PCS_MODE\"") == "\r\n+CREG: 2\r\n" + OK);
  CHECK(fixture.ask("AT+CSQ;+CBAND?") == "\r\n+CSQ: 99,99\r\n\r\n+CBAND: PCS_MODE\r\n" + OK);
  fixture.ask("AT+CFUN=1,1");
  CHECK(fixture.ask("ATE0+CREG?").ends_with("\r\n+CREG: 0,2\r\n" + OK));
  CHECK(fixture.ask("AT+CBAND=EGSM_MODE;+CREG?") == answered("+CREG: 0,1"));
  CHECK(fixture.ask("AT+CBAND=\"X\"") == ERROR);
}

TEST_CASE("AT+CBAND: only cells of its bands are found") {
  World world = ModuleFixture::instant();
  world.network.rssi = 25;
  Numbers fixture(world);
  fixture.ask("AT+CREG=2;+CENG=1,1");
  CHECK(fixture.ask("AT+CBAND=DCS_MODE") == "\r\n+CREG: 1,\"1816\",\"F1A1\"\r\n" + OK);
  CHECK(fixture.ask("AT+CENG?") ==
        "\r\n+CENG: 1,1\r\n\r\n+CENG: 0,\"0565,50,00,460,00,55,f1a1,08,05,1816,255\"\r\n"
        "+CENG: 1,\"0584,46,24,f1a3,460,00,1816\"\r\n" +
            OK);
  CHECK(fixture.ask("AT+CBAND=PGSM_MODE") == "\r\n+CREG: 1,\"1816\",\"F9A1\"\r\n" + OK);
  CHECK(fixture.ask("AT+CENG?").find("0565") == std::string::npos);
}

TEST_CASE("AT*CELLLOCK: only cells of its channels are found, also after a restart") {
  Numbers fixture;
  fixture.ask("AT+CREG=2");
  CHECK(fixture.ask("AT*CELLLOCK=1,2,12,565") == "\r\n+CREG: 1,\"1816\",\"F411\"\r\n" + OK);
  CHECK(fixture.ask("AT*CELLLOCK=1,1,1000") == "\r\n+CREG: 2\r\n" + OK);
  CHECK(fixture.ask("AT+CSQ") == answered("+CSQ: 99,99"));
  fixture.ask("AT+CFUN=1,1");
  CHECK(fixture.ask("ATE0+CREG?").ends_with("\r\n+CREG: 0,2\r\n" + OK));
  CHECK(fixture.ask("AT*CELLLOCK=0;+CREG?") == answered("+CREG: 0,1"));
  World world = ModuleFixture::instant();
  for (const int channel : {14, 81}) {
    world.network.cells.push_back({.plmn = "",
                                   .id = static_cast<std::uint16_t>(channel),
                                   .channel = channel,
                                   .bsic = 1,
                                   .level = {{0s, channel / 2}}});
  }
  Numbers placed(world);
  placed.ask("AT+CREG=2");
  CHECK(placed.ask("AT+CREG?") == answered("+CREG: 2,1,\"1816\",\"0051\""));
  CHECK(placed.ask("AT*CELLLOCK=1,1,14") == OK + "\r\n+CREG: 2\r\n");  // too weak
}

TEST_CASE("AT+CBAND: the channels of each band") {
  const auto heard = [](const char* bands, int channel) {
    World world = ModuleFixture::instant();
    world.network.cells = {{.plmn = "", .id = 1, .channel = channel, .bsic = 1, .level = {{0s, 40}}}};
    Numbers fixture(world);
    fixture.ask(std::string("AT+CBAND=") + bands);
    return fixture.ask("AT+CSQ") != answered("+CSQ: 99,99");
  };
  struct Row {
    const char* bands;
    std::vector<int> in, out;
  };
  const Row rows[] = {
      {"PGSM_MODE", {1, 124}, {0, 975, 1023, 128, 512}}, {"EGSM_MODE", {0, 124, 975, 1023}, {128, 512, 885}},
      {"DCS_MODE", {512, 810, 885}, {124, 251, 975}},    {"PCS_MODE", {512, 810}, {811, 885, 124, 251}},
      {"GSM850_MODE", {128, 251}, {124, 512}},           {"EGSM_DCS_MODE", {0, 885}, {128}},
      {"EGSM_PCS_MODE", {0, 810}, {811, 251}},           {"GSM850_PCS_MODE", {251, 810}, {0, 811}},
      {"ALL_BAND", {0, 128, 512, 885, 1023}, {}}};
  for (const Row& row : rows) {
    CAPTURE(row.bands);
    for (const int channel : row.in) CHECK(heard(row.bands, channel));
    for (const int channel : row.out) CHECK_FALSE(heard(row.bands, channel));
  }
}

TEST_CASE("a network that is forbidden is not used, its own neither") {
  World world = three_operators();
  world.network.operators[0].status = Operator::Status::forbidden;
  Numbers fixture(world);
  CHECK(fixture.ask("AT+COPS=3,2;+COPS?") == answered("+COPS: 0,2,\"46001\""));
  CHECK(fixture.ask("AT+COPS=?").starts_with("\r\n+COPS: (3,\"CHINA MOBILE\""));
  world.network.operators = {world.network.operators[0]};
  Numbers alone(world);
  CHECK(alone.ask("AT+CREG?;+COPS?") == "\r\n+CREG: 0,2\r\n\r\n+COPS: 0\r\n" + OK);
}

namespace {

std::string forbidden_networks(ModuleFixture& fixture) {
  const std::string said = fixture.ask("AT+CRSM=176,28539,0,0,12");
  return said.substr(std::string_view("\r\n+CRSM: 144,0,\"").size(), 24);
}

}  // namespace

TEST_CASE("a network in EF FPLMN is not chosen automatically; by hand it is, and leaves the list") {
  World world = three_operators();
  world.network.operators[0].status = Operator::Status::forbidden;
  world.network.operators.push_back({Operator::Status::available, "CHN-CT", "CT", "46011"});
  world.sim.files["7F20/6F7B"] = encode_plmn("46001");
  world.sim.files["7F20/6F7B"].resize(12, '\xff');
  Numbers fixture(world);
  CHECK(fixture.ask("AT+COPS=3,2;+COPS?") == answered("+COPS: 0,2,\"46011\""));
  CHECK(fixture.ask("AT+COPS=?").find("(3,\"CHN-UNICOM\",\"UNICOM\",\"46001\"),") != std::string::npos);
  SUBCASE("by AT+COPS=1") {
    CHECK(fixture.ask("AT+COPS=1,2,\"46001\"") == OK);
    CHECK(forbidden_networks(fixture) == std::string(24, 'F'));
    CHECK(fixture.ask("AT+COPS=?").find("(2,\"CHN-UNICOM\"") != std::string::npos);
    CHECK(fixture.ask("AT+COPS=2") == OK);
    CHECK(fixture.ask("AT+COPS=0;+COPS?") == answered("+COPS: 0,2,\"46001\""));
  }
  SUBCASE("by AT+COPS=4") {
    CHECK(fixture.ask("AT+COPS=4,2,\"46001\";+COPS?") == answered("+COPS: 1,2,\"46001\""));
    CHECK(forbidden_networks(fixture) == std::string(24, 'F'));
  }
  SUBCASE("by the host, which clears the list") {
    CHECK(fixture.ask("AT+CRSM=214,28539,0,0,3,\"FFFFFF\"").ends_with(OK));
    CHECK(fixture.ask("AT+COPS=2;+COPS=0;+COPS?") == answered("+COPS: 0,2,\"46001\""));
  }
}

TEST_CASE("a card that roams does not register where its only network has refused it, until it is sent there") {
  World world = ModuleFixture::instant();
  world.network.plmn = "23001";
  world.network.registration = Registration::roaming;
  Nvram kept;
  {
    Numbers fixture(world, &kept);
    fixture.modem.network->set_registration(Registration::denied);
    fixture.wait(1s);
    CHECK(fixture.ask("AT+CREG?") == answered("+CREG: 0,3"));
    CHECK(forbidden_networks(fixture) == "32F010" + std::string(18, 'F'));
  }
  Numbers fixture(world, &kept);
  CHECK(fixture.ask("AT+CREG?") == answered("+CREG: 0,2"));
  SUBCASE("by hand") { CHECK(fixture.ask("AT+COPS=1,2,\"23001\"") == OK); }
  SUBCASE("by the scenario") {
    fixture.modem.network->set_registration(Registration::roaming);
    fixture.wait(1min);
  }
  CHECK(fixture.ask("AT+CREG?") == answered("+CREG: 0,5"));
  CHECK(forbidden_networks(fixture) == std::string(24, 'F'));
}

TEST_CASE("its own network is not shunned for having refused the card") {
  World world = ModuleFixture::instant();
  world.sim.files["7F20/6F7B"] = encode_plmn("46000") + std::string(9, '\xff');
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CREG?") == answered("+CREG: 0,1"));
  CHECK(forbidden_networks(fixture) == std::string(24, 'F'));
}

TEST_CASE("what differs between models: bands, sleep, ADC") {
  World world = ModuleFixture::instant();
  world.module.model = "SIM800A";
  Numbers dual(world);
  CHECK(dual.ask("AT+CBAND=?") == answered("+CBAND: (EGSM_MODE,DCS_MODE,EGSM_DCS_MODE,ALL_BAND)"));
  CHECK(dual.ask("AT+CBAND=\"PCS_MODE\"") == cme(765));
  world.module.model = "SIM808";
  Numbers sim808(world);
  CHECK(sim808.ask("AT+CSCLK=2") == cme(765));
  CHECK(sim808.ask("AT+CADC?") == "\r\n+CADC: 1,0\r\n+CADC: 1,0\r\n" + OK);
}

TEST_CASE("AT+COPS: lines that the command itself causes come before its result, when they happen") {
  ModuleFixture fixture{World{}};
  fixture.say("ATE0+CREG=1\r");
  fixture.wait(1s);
  fixture.say("AT+COPS=2\r");
  CHECK(fixture.wait(15ms) == "\r\n+CREG: 0\r\n");
  CHECK(fixture.wait(100ms) == OK);
  fixture.say("AT+COPS=0\r");
  CHECK(fixture.wait(15ms) == "\r\n+CREG: 2\r\n");
  CHECK(fixture.wait(6599ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CREG: 1\r\n" + OK);
}

TEST_CASE("AT+CENG: the manual's cells at the level of AT+CSQ") {
  World world = ModuleFixture::instant();
  world.network.rssi = 28;
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CENG=?") == answered("+CENG: (0-4),(0,1)"));
  CHECK(fixture.ask("AT+CENG?") == answered("+CENG: 0,0"));
  CHECK(fixture.ask("AT+CENG=1,1") == OK);
  const std::string cells = fixture.ask("AT+CENG?");
  CHECK(
      cells.starts_with("\r\n+CENG: 1,1\r\n\r\n+CENG: 0,\"0081,56,00,460,00,31,f9a1,08,05,1816,255\"\r\n"
                        "+CENG: 1,\"0014,41,15,f2a1,460,00,1816\"\r\n"));
  CHECK(cells.find("+CENG: 6,\"0028,16,14,6253,460,00,1823\"\r\n\r\nOK") != std::string::npos);
  fixture.ask("AT+CENG=1");
  CHECK(fixture.ask("AT+CENG=1,0;+CENG?").find("+CENG: 1,\"0014,41,15,460,00,1816\"\r\n") != std::string::npos);
  CHECK(fixture.ask("AT+CENG=3,1;+CENG?").find("+CENG: 0,\"460,00,1816,f9a1,31,56\"\r\n") != std::string::npos);
  CHECK(fixture.ask("AT+CENG=4,1;+CENG?")
            .find("+CENG: 0,\"0081,56,00,460,00,31,f9a1,08,05,1816,255,-57,177,617,x,x,x,x,x,x,x\"\r\n"
                  "+CENG: 1,\"0014,41,15,f2a1,460,00,1816,121,561\"\r\n") != std::string::npos);
  CHECK(fixture.ask("AT+CENG=4,0;+CENG?").find("+CENG: 1,\"0014,41,15,460,00,1816,121,561\"\r\n") != std::string::npos);
  fixture.modem.network->set_signal(99, 99);
  CHECK(fixture.ask("AT+CENG?") == answered("+CENG: 4,0"));
  CHECK(fixture.ask("AT+CENG=5") == cme(765));
}

TEST_CASE("AT+CENG: of a cell too weak to be decoded only channel, level and BSIC are known") {
  World world = ModuleFixture::instant();
  world.network.rssi = 21;
  Numbers fixture(world);
  const auto fifth = [&](const char* mode) {
    const std::string cells = fixture.ask("AT+CENG=" + std::string(mode) + ";+CENG?");
    const std::size_t at = cells.find("+CENG: 5,");
    return cells.substr(at, cells.find("\r\n", at) - at);
  };
  CHECK(fifth("1,0") == R"(+CENG: 5,"0027,04,13,,,0000")");
  CHECK(fifth("1,1") == R"(+CENG: 5,"0027,04,13,ffff,,,0000")");
  CHECK(fifth("3,0") == R"(+CENG: 5,",,0000,ffff,13,04")");
  CHECK(fifth("4,0") == R"(+CENG: 5,"0027,04,13,,,0000,0,440")");
  // The one it is on is known, however weak.
  fixture.modem.network->set_signal(1, 0);
  CHECK(fixture.ask("AT+CENG=1,1;+CENG?") ==
        "\r\n+CENG: 1,1\r\n\r\n+CENG: 0,\"0081,02,00,460,00,31,f9a1,08,05,1816,255\"\r\n" + OK);
  CHECK(fixture.ask("AT+CENG=3;+CENG?").find("+CENG: 0,\"460,00,1816,f9a1,31,02\"\r\n") != std::string::npos);
}

TEST_CASE("AT+CENG=2 reports by itself until it is told not to, or power goes") {
  World world = ModuleFixture::instant();
  world.network.rssi = 5;
  Numbers fixture(world);
  const std::string report = "\r\n+CENG: 0,\"0081,10,00,460,00,31,f9a1,08,05,1816,255\"\r\n";
  CHECK(fixture.ask("AT+CENG=2") == OK + report);
  CHECK(fixture.wait(9999ms) == "");
  CHECK(fixture.wait(1ms) == report);
  CHECK(fixture.wait(20s) == report + report);
  fixture.modem.network->set_signal(12, 0);  // several cells are one report
  CHECK(fixture.wait(10s) ==
        "\r\n+CENG: 0,\"0081,24,00,460,00,31,f9a1,08,05,1816,255\"\r\n"
        "+CENG: 1,\"0014,09,15,460,00,1816\"\r\n");
  fixture.ask("AT+CENG=0");
  CHECK(fixture.wait(1min) == "");
  fixture.ask("AT+CENG=2");
  fixture.modem.lose_power();
  CHECK(fixture.wait(1min) == "");
}

TEST_CASE("AT+CLTS: name and time at registration, and the clock set by them") {
  World world = ModuleFixture::instant();
  world.network.time = "26/11/22,23:30:00-06";
  world.module.settings = {{"+CLTS", {"1"}}};
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CLTS?") == answered("+CLTS: 1"));
  CHECK(fixture.ask("AT+CLTS=?") == answered("+CLTS: \"yy/MM/dd,hh:mm:ss+/-zz\""));
  CHECK(fixture.ask("AT+CCLK?") == answered("+CCLK: \"26/11/22,23:30:20-06\""));
  fixture.modem.network->set_registration(Registration::denied);
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(0s) ==
        "\r\n*PSUTTZ: 2026,11,23,1,0,20,\"-6\",0\r\n\r\nDST: 0\r\n"
        "\r\n+CIEV: 10,\"46000\",\"CHINA MOBILE\",\"CHINA MOBILE\", 0, 0\r\n");
  fixture.ask("AT+CCLK=\"26/11/22,23:30:00+04\";+COPS=2");
  CHECK(fixture.ask("AT+COPS=0").starts_with("\r\n+CTZV: -6,0\r\n\r\n*PSUTTZ: "));  // a new zone
  world.module.quirks.network_name_by_manual = true;
  Numbers manual(world);
  manual.ask("AT+COPS=2");
  CHECK(manual.ask("AT+COPS=0").find("+CTZV") == std::string::npos);
  manual.ask("AT+CCLK=\"26/11/22,23:30:00+04\";+COPS=2");
  CHECK(manual.ask("AT+COPS=0") ==
        "\r\n*PSNWID: \"460\",\"00\",\"CHINA MOBILE\",0,\"CHINA MOBILE\",0\r\n"
        "\r\n*PSUTTZ: 2026,11,23,1,0,20,\"-6\",0\r\n\r\n+CTZV: \"-6\"\r\n\r\nDST: 0\r\n" +
            OK);
  CHECK(manual.ask("AT+CLTS=2") == cme(765));
}

TEST_CASE("alarms: once and again, listed, deleted, kept") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    fixture.ask("AT+CCLK=\"26/11/22,10:00:00+04\"");  // a Sunday
    CHECK(fixture.ask("AT+CALA?") == OK);
    CHECK(fixture.ask("AT+CALA=?") == answered("+CALA: (\"yy/mm/dd,hh:mm:ss\",\"hh:mm:ss\"),(1-5),(0-7)"));
    CHECK(fixture.ask("AT+CALD=?") == answered("+CALD: (1-5)"));
    CHECK(fixture.ask("AT+CALA=\"26/11/22,10:01:00\"") == OK);
    CHECK(fixture.ask("AT+CALA=\"16:00:00\",2,1,2,3,4,5") == OK);
    CHECK(fixture.ask("AT+CALA=\"10:01:00\",3,\"0\"") == OK);
    CHECK(fixture.ask("AT+CALA?") ==
          "\r\n+CALA: \"26/11/22,10:01:00\",1\r\n+CALA: \"16:00:00\",2,1,2,3,4,5\r\n+CALA: \"10:01:00\",3,0\r\n" + OK);
    CHECK(fixture.wait(59s) == "");
    CHECK(fixture.wait(1s) == "\r\nALARM RING\r\n\r\n+CALV: 1\r\n\r\nALARM RING\r\n\r\n+CALV: 3\r\n");
    CHECK(fixture.wait(24h - 1s) == "");
    CHECK(fixture.wait(1s) == "\r\nALARM RING\r\n\r\n+CALV: 3\r\n");
    CHECK(fixture.wait(6h) == "\r\nALARM RING\r\n\r\n+CALV: 2\r\n");  // Monday
    CHECK(fixture.ask("AT+CALD=3") == OK);
    CHECK(fixture.ask("AT+CALD=3") == cme(22));
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CALA?") == answered("+CALA: \"16:00:00\",2,1,2,3,4,5"));
  fixture.ask("AT+CCLK=\"26/11/27,15:59:59+04\"");  // the clock is set: Friday
  CHECK(fixture.wait(1s) == "\r\nALARM RING\r\n\r\n+CALV: 2\r\n");
  CHECK(fixture.wait(48h) == "");
  for (const char* typed : {"=\"26/11/01,10:00:00\"", "=\"16:00:00\"", "=\"26/13/22,10:01:00\"", "=\"16:00:00\",6",
                            "=\"16:00:00\",1,8", "=\"26/12/22,10:01:00\",1,1", "=\"16:00:00\",1,\"1;2\"", "="})
    CHECK(fixture.ask(std::string("AT+CALA") + typed) == cme(765));
  for (int i = 0; i < 4; ++i) CHECK(fixture.ask("AT+CALA=\"27/01/01,10:00:00\"") == OK);
  CHECK(fixture.ask("AT+CALA=\"27/01/01,10:00:00\"") == cme(20));
  CHECK(fixture.ask("AT+CALD=6") == cme(765));
}

TEST_CASE("an alarm boots a module that is off, unless it has lost its supply") {
  Numbers fixture;
  fixture.ask("AT+CALA=\"04/01/01,00:10:00\",1;+CALA=\"04/01/01,00:20:00\",2;+CALA=\"04/01/01,00:10:30\",3");
  fixture.ask("AT+CPOWD=1");
  CHECK(fixture.wait(11min) ==
        "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\nALARM RING\r\n\r\n+CALV: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n"
        "\r\nSMS Ready\r\n\r\nALARM RING\r\n\r\n+CALV: 3\r\n");
  fixture.modem.lose_power();
  CHECK(fixture.wait(1h) == "");
}

TEST_CASE("AT+CSCLK=2: asleep after 5 s, the bytes that wake it are lost") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CSCLK=2") == OK);
  fixture.wait(4999ms);
  CHECK(fixture.ask("AT") == OK);
  fixture.wait(5s);
  CHECK(fixture.ask("AT") == "");
  fixture.wait(99ms);
  CHECK(fixture.ask("AT") == "");
  fixture.wait(1ms);
  CHECK(fixture.ask("AT") == OK);
  fixture.wait(5s);
  fixture.modem.network->set_registration(Registration::denied);
  fixture.modem.urc("+X: 1");
  CHECK(fixture.ask("AT") == "\r\n+X: 1\r\n" + OK);  // something of its own has woken it
  CHECK(fixture.ask("AT+CSCLK=0") == OK);
  fixture.wait(1h);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("AT+CSCLK=2: work keeps it awake; AT+CSCLK=1 sleeps by DTR, which is always on here") {
  Numbers fixture;
  fixture.open_bearer();
  fixture.ask("AT+HTTPINIT;+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"http://a/\"");
  CHECK(fixture.ask("AT+HTTPACTION=0;+CSCLK=2") == OK);
  fixture.wait(10s);
  CHECK(fixture.ask("AT+CSCLK=1") == OK);
  fixture.ask("AT+HTTPTERM");
  fixture.wait(1h);
  CHECK(fixture.ask("AT+CSCLK?") == answered("+CSCLK: 1"));
}

TEST_CASE("AT+CSCLK=2: calls, NTP and what plays keep it awake") {
  Numbers fixture;
  fixture.world.network.numbers["123"] = {.call = Subscriber::Call::answer, .after = 1s};
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CSCLK=2") == OK);
  fixture.ask("ATD123;");
  fixture.wait(1min);
  CHECK(fixture.ask("AT+CLCC") == answered("+CLCC: 1,0,0,0,0,\"123\",129,\"\""));
  fixture.ask("ATH");
  fixture.ask("AT+CNTP=\"pool.ntp.org\",0");
  fixture.ask("AT+CNTP");
  fixture.wait(6s);
  CHECK(fixture.ask("AT") == OK);
  fixture.wait(10min);  // the server does not answer
  CHECK(fixture.ask("AT").empty());
  fixture.wait(1s);
  fixture.ask("AT+STTONE=1,1,60000");
  fixture.wait(6s);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("small questions: release cause, ADC") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CEER=?;+CEER?;+CEER") == "\r\n+CEER: (0,1)\r\n\r\n+CEER: 0\r\n\r\n+CEER: No cause\r\n" + OK);
  fixture.world.network.numbers["123"].call = Subscriber::Call::busy;
  fixture.ask("ATD123;");
  fixture.wait(1min);
  CHECK(fixture.ask("AT+CEER") == answered("+CEER: user busy"));
  CHECK(fixture.ask("AT+CEER=1;+CEER") == answered("+CEER: Cause:17"));
  CHECK(fixture.ask("AT+CEER=2") == cme(765));
  CHECK(fixture.ask("AT+CADC?;+CADC=?") == "\r\n+CADC: 1,0\r\n\r\n+CADC: (0,1),(0-2800)\r\n" + OK);
}

}  // namespace sim800::test
