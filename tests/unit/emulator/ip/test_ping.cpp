// SPDX-License-Identifier: MIT
// AT+CIPPING: forms, probes, time limits, refusals, a context that goes; who may ping the module.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

const std::string NOT_ALLOWED = "\r\n+CME ERROR: 3\r\n";
const std::string INVALID = "\r\n+CME ERROR: 765\r\n";

/// With an active context, errors by number.
struct PingFixture : ModuleFixture {
  explicit PingFixture(World given = instant()) : ModuleFixture(std::move(given)) {
    ask("AT+CMEE=1;+CSTT;+CIICR");
    ask("AT+CIFSR");
  }
  /// What the module says once `span` has passed and the reply has come.
  std::string reply(Duration span, unsigned ttl = 239) {
    clock.advance(span);
    pinger.replied(ttl);
    return wait(0s);
  }
};

}  // namespace

TEST_CASE("ping: test and read form") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CIPPING=?") == "\r\n+CIPPING: (1-100),(0-1024),(1-600),(1-255)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPPING?") == "\r\n+CIPPING: 4,32,100,64\r\n\r\nOK\r\n");
}

TEST_CASE("ping: four probes of 32 bytes, a line for each as soon as it is answered") {
  World world = ModuleFixture::instant();
  world.timing.overrides["ping.gap"] = 1s;
  PingFixture fixture(world);
  CHECK(fixture.ask("AT+CIPPING=\"www.google.com\"") == "");
  CHECK(fixture.pinger.host == "www.google.com");
  CHECK(fixture.pinger.sent == 0);
  fixture.pinger.found("203.208.37.99");
  CHECK(fixture.wait(0s) == "");
  CHECK(fixture.pinger.length == 32);
  CHECK(fixture.pinger.ttl == 64);
  CHECK(fixture.reply(7s) == "\r\n+CIPPING: 1,\"203.208.37.99\",70,239\r\n");
  CHECK(fixture.wait(999ms) == "");
  CHECK(fixture.pinger.sent == 1);
  CHECK(fixture.wait(1ms) == "");
  CHECK(fixture.pinger.sent == 2);
  CHECK(fixture.reply(520ms) == "+CIPPING: 2,\"203.208.37.99\",5,239\r\n");
  fixture.wait(1s);
  CHECK(fixture.reply(550ms) == "+CIPPING: 3,\"203.208.37.99\",6,239\r\n");
  fixture.wait(1s);
  CHECK(fixture.reply(0ms, 64) == "+CIPPING: 4,\"203.208.37.99\",1,64\r\n\r\nOK\r\n");
  CHECK(fixture.pinger.sent == 4);
  CHECK(fixture.pinger.running == 0);
}

TEST_CASE("ping: all parameters, and a host without quotes") {
  PingFixture fixture;
  fixture.ask("AT+CIPPING=1.2.3.4,2,1024,600,255");
  CHECK(fixture.pinger.host == "1.2.3.4");
  fixture.pinger.found("1.2.3.4");
  fixture.wait(0s);
  CHECK(fixture.pinger.length == 1024);
  CHECK(fixture.pinger.ttl == 255);
  CHECK(fixture.wait(60s - 1ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CIPPING: 1,\"1.2.3.4\",600,255\r\n");
  CHECK(fixture.reply(100ms, 1) == "+CIPPING: 2,\"1.2.3.4\",1,1\r\n\r\nOK\r\n");
}

TEST_CASE("ping: without a reply each probe takes its limit, and says 600 and 255 whatever that is") {
  PingFixture fixture;
  fixture.ask("AT+CIPPING=\"1.2.3.4\",2,32,5");
  fixture.pinger.found("1.2.3.4");
  CHECK(fixture.wait(499ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CIPPING: 1,\"1.2.3.4\",600,255\r\n");
  CHECK(fixture.wait(500ms) == "+CIPPING: 2,\"1.2.3.4\",600,255\r\n\r\nOK\r\n");
}

TEST_CASE("ping: quirk ping_unit_ms") {
  World world = ModuleFixture::instant();
  world.module.quirks.ping_unit_ms = 10;
  PingFixture fixture(world);
  fixture.ask("AT+CIPPING=\"1.2.3.4\",1");
  fixture.pinger.found("1.2.3.4");
  CHECK(fixture.reply(700ms) == "\r\n+CIPPING: 1,\"1.2.3.4\",70,239\r\n\r\nOK\r\n");
}

TEST_CASE("ping: no context, no address, no name server") {
  PingFixture fixture;
  fixture.ask("AT+CIPPING=\"nowhere.example\"");
  fixture.pinger.found("");
  CHECK(fixture.wait(0s) == "\r\n+CME ERROR: 160\r\n");
  fixture.ask("AT+CIPPING=\"dead.example\"");
  CHECK(fixture.wait(10s) == "\r\n+CME ERROR: 160\r\n");
  fixture.ask("AT+CIPSHUT");
  CHECK(fixture.ask("AT+CIPPING=\"1.2.3.4\"") == NOT_ALLOWED);
  CHECK(fixture.pinger.running == 0);
}

TEST_CASE("ping: what does not fit is refused") {
  PingFixture fixture;
  for (const std::string arguments : {"", "\"h\",0", "\"h\",101", "\"h\",1,1025", "\"h\",1,0,0", "\"h\",1,0,601",
                                      "\"h\",1,0,1,0", "\"h\",1,0,1,256", "\"h\",1,0,1,1,1", "\"h\",x"}) {
    CAPTURE(arguments);
    CHECK(fixture.ask("AT+CIPPING=" + arguments) == INVALID);
  }
  CHECK(fixture.ask("AT+CIPPING=\"" + std::string(256, 'h') + "\"") == INVALID);
  CHECK(fixture.ask("AT+CIPPING") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("ping: ends at once when the context is lost") {
  for (const bool waits_for_reply : {true, false}) {
    World world = ModuleFixture::instant();
    world.timing.overrides["ping.gap"] = 1s;
    PingFixture fixture(world);
    fixture.ask("AT+CIPPING=\"1.2.3.4\"");
    if (waits_for_reply) fixture.pinger.found("1.2.3.4");
    fixture.wait(0s);
    fixture.modem.lose_bearers();
    CHECK(fixture.wait(0s) == "\r\n+CME ERROR: 3\r\n\r\n+PDP: DEACT\r\n");
    CHECK(fixture.pinger.running == 0);
  }
}

TEST_CASE("ping: one host at a time; a reset frees the service") {
  PingFixture fixture;
  RecordingPort second_port;
  Channel& second = fixture.modem.attach(second_port, "second");
  fixture.ask("AT+CIPPING=\"1.2.3.4\"");
  second.receive("AT+CIPPING=\"5.6.7.8\"\r");
  fixture.clock.advance(0s);
  CHECK(second_port.take().ends_with("\r\n+CME ERROR: 181\r\n"));
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.pinger.running == 0);
  fixture.ask("AT+CSTT;+CIICR");
  CHECK(fixture.ask("AT+CIPPING=\"1.2.3.4\"") == "");
}

TEST_CASE("ping: who may ping the module is kept, also over power-off") {
  Nvram nvram;
  {
    ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
    CHECK(fixture.ask("AT+CIPCTL=?") == "\r\n+CIPCTL: (0,1,2)\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CIPCTL?") == "\r\n+CIPCTL: 1\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CIPCTL=2") == OK);
    CHECK(fixture.ask("AT+CIPCTL=3") == ERROR);
    CHECK(fixture.ask("AT+CIPBEIPING=?") == "\r\n+CIPBEIPING: (0,1)\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CIPBEIPING?") == "\r\n+CIPBEIPING: 0\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+CIPBEIPING=1") == OK);
    CHECK(fixture.ask("AT+CIPFLT=1,,\"10.0.0.0\",\"255.0.0.0\"") == OK);
    CHECK(fixture.ask("AT+CIPFLT=1,20,\"10.1.2.3\",\"255.255.255.255\"") == OK);
  }
  ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
  CHECK(fixture.ask("AT+CIPCTL?") == "\r\n+CIPCTL: 2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPBEIPING?") == "\r\n+CIPBEIPING: 0\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPFLT?") ==
        "\r\n+CIPFLT: 1,\"10.0.0.0\",\"255.0.0.0\"\r\n+CIPFLT: 20,\"10.1.2.3\",\"255.255.255.255\"\r\n\r\nOK\r\n");
}

TEST_CASE("ping: filter rules") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CIPFLT=?") == "\r\n+CIPFLT: (0-2),(1-20)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CIPFLT?") == OK);
  for (int place = 1; place <= 20; ++place) CHECK(fixture.ask("AT+CIPFLT=1,,\"10.0.0.1\",\"255.0.0.0\"") == OK);
  CHECK(fixture.ask("AT+CIPFLT=1,,\"10.0.0.1\",\"255.0.0.0\"") == "\r\n+CME ERROR: 20\r\n");
  CHECK(fixture.ask("AT+CIPFLT=1,3,\"10.0.0.2\",\"255.0.0.0\"") == OK);  // takes the other's place
  CHECK(fixture.ask("AT+CIPFLT=0,3") == OK);
  CHECK(fixture.ask("AT+CIPFLT=0,3") == "\r\n+CME ERROR: 22\r\n");
  CHECK(fixture.ask("AT+CIPFLT=2") == OK);
  CHECK(fixture.ask("AT+CIPFLT?") == OK);
  for (const std::string line :
       {"AT+CIPFLT=0", "AT+CIPFLT=0,21", "AT+CIPFLT=1", "AT+CIPFLT=1,1,\"10.0.0.1\"", "AT+CIPFLT=3",
        "AT+CIPFLT=1,1,\"10.0.0\",\"255.0.0.0\"", "AT+CIPFLT=1,1,\"10.0.0.1\",\"256.0.0.0\"", "AT+CIPFLT=2,1",
        "AT+CIPFLT=1,0,\"10.0.0.1\",\"255.0.0.0\"", "AT+CIPFLT=0,1,\"10.0.0.1\",\"255.0.0.0\""}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == INVALID);
  }
}

}  // namespace sim800::test
