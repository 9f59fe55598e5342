// SPDX-License-Identifier: MIT
// AT+CIPGSMLOC, AT+CLBS, AT+CLBSCFG: the scenario's place, the network's time, refusals.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

World somewhere() {
  World world = ModuleFixture::instant();
  world.network.location = {.longitude = -74.007729, .latitude = 40.73016, .accuracy = 1200};
  world.network.time = "15/10/15,23:24:35-16";  // 20 s before the end of the start-up
  return world;
}

}  // namespace

TEST_CASE("location: longitude first, six decimals, time of Greenwich") {
  ModuleFixture fixture(somewhere());
  fixture.ask("AT+CLTS=0");
  CHECK(fixture.ask("AT+CIPGSMLOC=?") == "\r\n+CIPGSMLOC: (1,2),(1-3)\r\n\r\nOK\r\n");
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CIPGSMLOC=1,1") == "\r\n+CIPGSMLOC: 0,-74.007729,40.730160,2015/10/16,03:24:55\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPGSMLOC=2,1") == "\r\n+CIPGSMLOC: 0,2015/10/16,03:24:55\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBS=?") ==
        answered("+CLBS: (1,3,4,9),(1-3),(-180.000000-180.000000),(-90.000000-90.000000),(0,1)"));
  CHECK(fixture.ask("AT+CLBS=3,1") == "\r\n+CLBS: 0,0\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBS=1,1") == "\r\n+CLBS: 0,-74.007729,40.730160,1200\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBS=4,1") == "\r\n+CLBS: 0,-74.007729,40.730160,1200,15/10/16,03:24:55\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBS=3,1") == "\r\n+CLBS: 0,2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBSCFG=0,2") == "\r\n+CLBSCFG: 0,2,2\r\n\r\nOK\r\n");
}

TEST_CASE("location: where nothing is said of it, the manual's example") {
  ModuleFixture fixture;
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CLBS=1,1") == "\r\n+CLBS: 0,121.354848,31.220641,550\r\n\r\nOK\r\n");
}

TEST_CASE("location: without a bearer, and where it goes meanwhile, AT+CIPGSMLOC says 601 and AT+CLBS 3") {
  World world = somewhere();
  world.timing.overrides["location"] = 3s;
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CIPGSMLOC=1,1") == "\r\n+CIPGSMLOC: 601\r\n\r\nOK\r\n");
  for (const char* line : {"AT+CLBS=1,1", "AT+CLBS=3,1", "AT+CLBS=4,1", "AT+CLBS=9,1", "AT+CLBS=9,1,x,y"})
    CHECK(fixture.ask(line) == answered("+CLBS: 3"));
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CIPGSMLOC=2,2") == "\r\n+CIPGSMLOC: 601\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPGSMLOC=2,1") == "");
  CHECK(fixture.wait(3s - 1ms) == "");
  CHECK(fixture.wait(1ms).starts_with("\r\n+CIPGSMLOC: 0,"));
  fixture.ask("AT+CLBS=4,1");
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(3s) == "\r\n+CLBS: 3\r\n\r\nOK\r\n\r\n+SAPBR 1: DEACT\r\n");
}

TEST_CASE("location: a report of a place") {
  ModuleFixture fixture(somewhere());
  fixture.open_bearer();
  for (const char* good :
       {"", ",121.354848,31.220641", ",\"-180\",\"90.000000\",1", ",,,0", ",-180.000000,-90.000000,0"}) {
    CAPTURE(good);
    CHECK(fixture.ask("AT+CLBS=9,1" + std::string(good)) == answered("+CLBS: 80"));
  }
  for (const char* bad : {",121.354848", ",,31.220641", ",180.1,0", ",0,-90.5", ",1.1234567,0", ",x,y", ",1 ,\"2 \""}) {
    CAPTURE(bad);
    CHECK(fixture.ask("AT+CLBS=9,1" + std::string(bad)) == answered("+CLBS: 81"));
  }
  CHECK(fixture.ask("AT+CLBS=3,1") == answered("+CLBS: 0,0"));  // it is no look-up
}

TEST_CASE("location: what the servers say where the scenario has them fail") {
  for (const int code : {1, 2, 3, 4, 5, 6, 7}) {
    World world = somewhere();
    world.network.location.code = code;
    ModuleFixture fixture(world);
    fixture.open_bearer();
    for (const char* line : {"AT+CLBS=1,1", "AT+CLBS=4,1"})
      CHECK(fixture.ask(line) == answered("+CLBS: " + std::to_string(code)));
    CHECK(fixture.ask("AT+CLBS=9,1") == answered("+CLBS: 82"));
    CHECK(fixture.ask("AT+CLBS=9,1,x,y") == answered("+CLBS: 81"));
    CHECK(fixture.ask("AT+CLBSCFG=0,2") == answered("+CLBSCFG: 0,2,0"));
    CHECK(fixture.ask("AT+CIPGSMLOC=1,1").starts_with("\r\n+CIPGSMLOC: 0,"));  // another server
  }
}

TEST_CASE("location: customer and server are kept until the power goes") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CLBSCFG=?") == answered("+CLBSCFG: (0,1),(1-3),\"ParamValue\""));
  CHECK(fixture.ask("AT+CLBSCFG=0,1") == "\r\n+CLBSCFG: 0,1,\"\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBSCFG=0,3") == "\r\n+CLBSCFG: 0,3,\"lbs-simcom.com:3002\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBSCFG=1,3,\"lbs.test:3000\"") == OK);
  CHECK(fixture.ask("AT+CLBSCFG=1,1,\"me\"") == OK);
  CHECK(fixture.ask("AT+CLBSCFG=0,3") == "\r\n+CLBSCFG: 0,3,\"lbs.test:3000\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CLBSCFG=0,1") == "\r\n+CLBSCFG: 0,1,\"me\"\r\n\r\nOK\r\n");
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.ask("AT+CLBSCFG=0,3") == "\r\n+CLBSCFG: 0,3,\"lbs-simcom.com:3002\"\r\n\r\nOK\r\n");
}

TEST_CASE("location: what does not fit is refused") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  for (const std::string line : {"AT+CIPGSMLOC=0,1", "AT+CIPGSMLOC=3,1", "AT+CIPGSMLOC=1,0", "AT+CIPGSMLOC=1,4",
                                 "AT+CIPGSMLOC=1", "AT+CIPGSMLOC=1,1,1", "AT+CLBS=2,1", "AT+CLBS=1,4", "AT+CLBS=1",
                                 "AT+CLBS=1,1,1,1", "AT+CLBS=9,1,1,1,2", "AT+CLBSCFG=0", "AT+CLBSCFG=2,1",
                                 "AT+CLBSCFG=0,4", "AT+CLBSCFG=0,1,\"x\"", "AT+CLBSCFG=1,1", "AT+CLBSCFG=1,2,\"3\""}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 765\r\n");
  }
  for (const std::string line : {"AT+CIPGSMLOC", "AT+CIPGSMLOC?", "AT+CLBS", "AT+CLBS?", "AT+CLBSCFG?"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 100\r\n");
  }
}

}  // namespace sim800::test
