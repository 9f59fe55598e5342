// SPDX-License-Identifier: MIT
// Cells that are heard: scans, lists, roaming; group identifiers of the card.
#include <doctest/doctest.h>

#include "tests/unit/test_bench.hpp"

namespace sim800::test {
TEST_CASE("AT+CNETSCAN: blocks, lists the cells, with LAC and BSIC if asked") {
  World world;
  world.network.rssi = 10;
  Bench bench(world);
  bench.say("ATE0+CNETSCAN?;+CNETSCAN=?\r");
  CHECK(bench.wait(15ms) == "\r\n+CNETSCAN: 0\r\n\r\n+CNETSCAN: (0,1)\r\n" + OK);
  bench.say("AT+CNETSCAN\r");
  CHECK(bench.wait(20014ms) == "");
  CHECK(bench.wait(1ms) ==
        "\r\nOperator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:20,Cellid:F9A1,Arfcn:81\r\n"
        "Operator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:5,Cellid:F2A1,Arfcn:14\r\n" +
            OK);
  bench.modem.network.set_signal(5, 0);
  bench.say("AT+CNETSCAN=1;+CNETSCAN\r");
  CHECK(bench.wait(21s) ==
        "\r\nOperator:\"CHINA MOBILE\",MCC:460,MNC:00,Rxlev:10,Cellid:F9A1,Arfcn:81,Lac:1816,Bsic:31\r\n" + OK);
  bench.say("AT+CFUN=4;+CNETSCAN\r");
  CHECK(bench.wait(30s) == ERROR);
}

TEST_CASE("AT+CELLIST: the cells, while scanning is on") {
  World world = Bench::instant();
  world.network.rssi = 5;
  Bench bench(world);
  CHECK(bench.ask("AT+CELLIST=?") == answered("+CELLIST: (0,1),(10-7200)"));
  CHECK(bench.ask("AT+CELLIST?") == answered("+CELLIST: 0,30"));
  CHECK(bench.ask("AT+CELLIST") == OK);
  CHECK(bench.ask("AT+CELLIST=1,50") == OK);
  CHECK(bench.ask("AT+CELLIST") == answered("+CELLIST: 460,00,81,10,f9a1,1816,31"));
  CHECK(bench.ask("AT+CELLIST=0;+CELLIST") == OK);
  CHECK(bench.ask("AT+CELLIST=1,9") == ERROR);
}

TEST_CASE("AT+CROAMING: at home, in another network, in another country") {
  Bench bench;
  CHECK(bench.ask("AT+CROAMING") == answered("+CROAMING: 0"));
  bench.modem.network.set_registration(Registration::roaming);
  CHECK(bench.ask("AT+CROAMING") == answered("+CROAMING: 2"));
  World world = Bench::instant();
  world.network.plmn = "23001";
  world.network.registration = Registration::roaming;
  CHECK(Bench(world).ask("AT+CROAMING") == answered("+CROAMING: 1"));
}

TEST_CASE("AT+CGID: the card has no groups") {
  Bench bench;
  CHECK(bench.ask("AT+CGID") == answered("+GID: 0xff,0xff"));
  bench.modem.remove_sim();
  bench.wait(0s);
  CHECK(bench.ask("AT+CGID") == ERROR);
}

}  // namespace sim800::test
