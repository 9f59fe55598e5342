// SPDX-License-Identifier: MIT
// Cells that are heard: scans, lists, roaming; group identifiers of the card.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "protocol/sim/card_coding.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
TEST_CASE("AT+CNETSCAN: blocks, lists the cells, with LAC and BSIC if asked") {
  World world;
  world.network.rssi = 10;
  ModuleFixture fixture(world);
  fixture.say("ATE0+CNETSCAN?;+CNETSCAN=?\r");
  CHECK(fixture.wait(15ms) == "ATE0+CNETSCAN?;+CNETSCAN=?\r\r\n+CNETSCAN: 0\r\n\r\n+CNETSCAN: (0,1)\r\n" + OK);
  fixture.say("AT+CNETSCAN\r");
  CHECK(fixture.wait(20014ms) == "");
  CHECK(fixture.wait(1ms) ==
        "\r\nOperator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:20,Cellid:F9A1,Arfcn:81\r\n"
        "Operator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:5,Cellid:F2A1,Arfcn:14\r\n" +
            OK);
  fixture.modem.network->set_signal(5, 0);
  fixture.say("AT+CNETSCAN=1;+CNETSCAN\r");
  CHECK(fixture.wait(21s) ==
        "\r\nOperator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:10,Cellid:F9A1,Arfcn:81,Lac:1816,Bsic:31\r\n" + OK);
  fixture.say("AT+CFUN=4;+CNETSCAN\r");
  CHECK(fixture.wait(30s) == ERROR);
}

TEST_CASE("AT+CELLIST: what the last look in the background has found, first after 30 s") {
  World world = ModuleFixture::instant();
  world.network.rssi = 5;
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CELLIST=?") == answered("+CELLIST: (0,1),(10-7200)"));
  CHECK(fixture.ask("AT+CELLIST?") == answered("+CELLIST: 0,30"));
  CHECK(fixture.ask("AT+CELLIST") == OK);
  CHECK(fixture.ask("AT+CELLIST=1,50") == OK);
  fixture.wait(29s);
  CHECK(fixture.ask("AT+CELLIST") == OK);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CELLIST") == answered("+CELLIST: 460,00,81,10,f9a1,1816,31"));
  fixture.modem.network->set_signal(6, 0);
  fixture.wait(49s);
  CHECK(fixture.ask("AT+CELLIST") == answered("+CELLIST: 460,00,81,10,f9a1,1816,31"));
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CELLIST") == answered("+CELLIST: 460,00,81,12,f9a1,1816,31"));
  CHECK(fixture.ask("AT+CELLIST=0;+CELLIST") == OK);
  CHECK(fixture.ask("AT+CELLIST=1,9") == ERROR);
}

TEST_CASE("AT+CNETSCAN shows a cell of each other network of the scenario") {
  World world = ModuleFixture::instant();
  world.network.rssi = 5;
  world.network.operators = {{.long_name = "CHN-UNICOM", .short_name = "UNICOM", .plmn = "46001"}};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CNETSCAN") ==
        "\r\nOperator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:10,Cellid:F9A1,Arfcn:81\r\n"
        "Operator:\"CHN-UNICOM\",MCC:460,MNC:01,Rxlev:8,Cellid:53B1,Arfcn:122\r\n" +
            OK);
}

namespace {

RadioCell cell(std::uint16_t area, std::uint16_t id, int channel, std::vector<CellLevel> level) {
  return {.plmn = "", .area = area, .id = id, .channel = channel, .bsic = 31, .level = std::move(level)};
}

}  // namespace

TEST_CASE("placed cells: the strongest is used, and its level is the signal") {
  World world = ModuleFixture::instant();
  world.network.cells = {cell(0x1816, 0xF2A1, 14, {{0s, 30}}), cell(0x1816, 0xF9A1, 81, {{0s, 45}})};
  world.network.cells[1].timing_advance = 3;
  world.network.numbers["100"] = {.call = Subscriber::Call::answer, .after = 1s};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CSQ") == answered("+CSQ: 22,0"));
  CHECK(fixture.ask("AT+CREG=2;+CREG?") == answered("+CREG: 2,1,\"1816\",\"F9A1\""));
  CHECK(fixture.ask("AT+CENG=1,1;+CENG?") ==
        "\r\n+CENG: 1,1\r\n\r\n+CENG: 0,\"0081,45,00,460,00,31,f9a1,08,05,1816,255\"\r\n"
        "+CENG: 1,\"0014,30,31,f2a1,460,00,1816\"\r\n" +
            OK);
  fixture.ask("AT+CENG=4,1");
  fixture.ask("ATD100;");
  fixture.wait(2s);
  CHECK(fixture.ask("AT+CENG?") ==
        "\r\n+CENG: 4,1\r\n\r\n+CENG: 0,\"0081,45,00,460,00,31,f9a1,08,05,1816,03,-68,x,x,81,3,0,0,0,0,FR\"\r\n"
        "+CENG: 1,\"0014,30,31,ffff,,,0000,x,x\"\r\n" +
            OK);
}

TEST_CASE("placed cells: the module moves to a cell that is stronger for a while, at once if its own is lost") {
  World world = ModuleFixture::instant();
  world.network.cells = {cell(0x1816, 0xF9A1, 81, {{0s, 40}, {60s, 30}, {90s, 0}}),
                         cell(0x1823, 0x6253, 28, {{0s, 30}, {60s, 36}, {90s, 7}}),
                         cell(0x1816, 0xF2A1, 14, {{0s, 10}, {120s, 0}})};
  ModuleFixture fixture(world);
  fixture.modem.start_counting();
  fixture.ask("AT+CREG=2;+CGREG=2");
  CHECK(fixture.wait(44s) == "");
  CHECK(fixture.wait(2s) == "\r\n+CREG: 1,\"1823\",\"6253\"\r\n\r\n+CGREG: 1,\"1823\",\"6253\"\r\n");
  CHECK(fixture.ask("AT+CSQ") == answered("+CSQ: 18,0"));
  CHECK(fixture.wait(25s) == "\r\n+CREG: 1,\"1816\",\"F2A1\"\r\n\r\n+CGREG: 1,\"1816\",\"F2A1\"\r\n");
  CHECK(fixture.wait(30s) == "\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n");
}

TEST_CASE("placed cells: the card's list decides which foreign network is used") {
  World world = ModuleFixture::instant();
  world.network.cells = {cell(0x1400, 0x0001, 1, {{0s, 0}, {90s, 40}}), cell(0x2400, 0x0002, 2, {{0s, 40}}),
                         cell(0x3400, 0x0003, 3, {{0s, 20}})};
  world.network.cells[1].plmn = "23001";
  world.network.cells[2].plmn = "23003";
  SUBCASE("by level where it has none") {
    ModuleFixture fixture(world);
    CHECK(fixture.ask("AT+COPS?;+CREG?;+CROAMING") ==
          "\r\n+COPS: 0,0,\"T-Mobile CZ\"\r\n\r\n+CREG: 0,5\r\n\r\n+CROAMING: 1\r\n" + OK);
  }
  SUBCASE("the one it prefers") {
    Nvram kept;
    {
      ModuleFixture before(world, true, &kept);
      CHECK(before.ask("AT+CPOL=1,2,\"23003\"") == OK);
    }
    ModuleFixture fixture(world, true, &kept);
    CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,0,\"Vodafone CZ\""));
  }
  SUBCASE("not a forbidden one") {
    world.network.operators = {
        {.status = Operator::Status::forbidden, .long_name = "T-Mobile CZ", .short_name = "TMO", .plmn = "23001"}};
    ModuleFixture fixture(world);
    CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,0,\"Vodafone CZ\""));
  }
  SUBCASE("not one that has refused the card") {
    world.sim.files["7F20/6F7B"] = encode_plmn("26201") + encode_plmn("23001") + std::string(6, '\xff');
    ModuleFixture fixture(world);
    fixture.modem.start_counting();
    CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,0,\"Vodafone CZ\""));
    fixture.wait(100s);
    CHECK(fixture.ask("AT+COPS=0;+COPS?") == answered("+COPS: 0,0,\"CHINA MOBILE\""));
  }
}

TEST_CASE("AT+COPS=0 stays with a network that works, unless the module's own is there") {
  World world = ModuleFixture::instant();
  world.network.cells = {cell(0x1400, 0x0001, 1, {{0s, 0}, {90s, 40}}), cell(0x2400, 0x0002, 2, {{0s, 40}}),
                         cell(0x3400, 0x0003, 3, {{0s, 20}})};
  world.network.cells[1].plmn = "23001";
  world.network.cells[2].plmn = "23003";
  ModuleFixture fixture(world);
  fixture.modem.start_counting();
  fixture.ask("AT+CREG=1;+COPS=3,2");
  CHECK(fixture.ask("AT+COPS=0;+COPS?") == answered("+COPS: 0,2,\"23001\""));
  CHECK(fixture.ask("AT+COPS=1,2,\"23003\"").ends_with(OK));
  CHECK(fixture.ask("AT+COPS=0;+COPS?") == answered("+COPS: 0,2,\"23003\""));
  fixture.wait(100s);
  CHECK(fixture.ask("AT+COPS=0") == "\r\n+CREG: 2\r\n\r\n+CREG: 1\r\n" + OK);
  CHECK(fixture.ask("AT+COPS?") == answered("+COPS: 0,2,\"46000\""));
}

TEST_CASE("AT+COPS=? finds only what the bands and the place allow") {
  World world = ModuleFixture::instant();
  world.network.cells = {cell(0x1400, 0x0001, 1, {{0s, 40}}), cell(0x2400, 0x0002, 600, {{0s, 40}})};
  world.network.cells[1].plmn = "23001";
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+COPS=?").find("23001") != std::string::npos);
  fixture.ask("AT+CBAND=EGSM_MODE");
  CHECK(fixture.ask("AT+COPS=?").find("23001") == std::string::npos);
}

TEST_CASE("AT+CROAMING: at home, in another network, in another country") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CROAMING") == answered("+CROAMING: 0"));
  fixture.modem.network->set_registration(Registration::roaming);
  CHECK(fixture.ask("AT+CROAMING") == answered("+CROAMING: 2"));
  World world = ModuleFixture::instant();
  world.network.plmn = "23001";
  world.network.registration = Registration::roaming;
  CHECK(ModuleFixture(world).ask("AT+CROAMING") == answered("+CROAMING: 1"));
}

TEST_CASE("AT+CGID: the card has no groups") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CGID") == answered("+GID: 0xff,0xff"));
  fixture.modem.remove_sim();
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CGID") == ERROR);
}

}  // namespace sim800::test
