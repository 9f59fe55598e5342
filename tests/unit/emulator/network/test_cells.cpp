// SPDX-License-Identifier: MIT
// Cells that are heard: scans, lists, roaming; group identifiers of the card.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
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

TEST_CASE("AT+CELLIST: the cells, while scanning is on") {
  World world = ModuleFixture::instant();
  world.network.rssi = 5;
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CELLIST=?") == answered("+CELLIST: (0,1),(10-7200)"));
  CHECK(fixture.ask("AT+CELLIST?") == answered("+CELLIST: 0,30"));
  CHECK(fixture.ask("AT+CELLIST") == OK);
  CHECK(fixture.ask("AT+CELLIST=1,50") == OK);
  CHECK(fixture.ask("AT+CELLIST") == answered("+CELLIST: 460,00,81,10,f9a1,1816,31"));
  CHECK(fixture.ask("AT+CELLIST=0;+CELLIST") == OK);
  CHECK(fixture.ask("AT+CELLIST=1,9") == ERROR);
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
