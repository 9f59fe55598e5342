// SPDX-License-Identifier: MIT
// The worst at the worst moment: whatever runs, the module comes back, and nothing of what ran is left.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

/// A host that has everything going at once: HTTP and FTP, a prompt, a scan, a half-typed line.
struct Busy {
  explicit Busy(FaultFixture& b) : fixture(b), second(b.modem.attach(port, "second")) {}
  void start() {
    for (const char* line :
         {"ATE0", "AT+SAPBR=1,1", "AT+HTTPINIT;+HTTPPARA=\"URL\",\"http://www.sim.com/\"",
          "AT+FTPSERV=\"a\";+FTPGETNAME=\"n\";+FTPGETPATH=\"/\"", "AT+HTTPACTION=0", "AT+FTPGET=1"}) {
      fixture.say(std::string(line) + "\r");
    }
    second.receive("AT+FSCREATE=\"C:\\USER\\A\"\r");
    fixture.wait(0s);
    second.receive("AT+FSWRITE=\"C:\\USER\\A\",0,100,10\r0123456789");
    fixture.say("AT+HTTPDATA=100,10000\r0123456789");
    fixture.wait(0s);
  }
  FaultFixture& fixture;
  RecordingPort port;
  Channel& second;
};

/// Once the supply is good again, PWRKEY brings it back; a fault that fires three times may spoil some attempts.
void expect_alive(FaultFixture& fixture) {
  for (int presses = 0; presses < 5; ++presses) {
    fixture.modem.set_supply(Supply::normal);
    fixture.wait(60s);
    if (!fixture.modem.answers()) fixture.modem.press_power_key();
  }
  fixture.wait(60s);
  CHECK(fixture.modem.answers());
  fixture.say("\r");
  fixture.wait(60s);
  std::string answer = fixture.say("AT\r");
  answer += fixture.wait(1s);
  CHECK(answer.find("OK") != std::string::npos);
}

}  // namespace

TEST_CASE("the worst, set off by anything, leaves a module that can be switched on again") {
  const std::string triggers[] = {R"({"command": "AT+HTTPACTION"})",
                                  R"({"command": "AT+SAPBR"})",
                                  R"({"line": "FTPGET"})",
                                  R"({"urc": "RDY|READY"})",
                                  R"({"event": "bearer_open"})",
                                  R"({"event": "boot"})",
                                  R"({"event": "registered"})",
                                  R"({"event": "bearer_closed"})",
                                  R"({"serial": {"after_bytes": 333}})",
                                  R"({"serial": {"direction": "rx", "after_bytes": 7}})",
                                  R"({"serial": {"direction": "tx", "after_bytes": 3}})",
                                  R"({"time": "5s"})"};
  const std::string actions[] = {R"({"reset": true})",
                                 R"({"freeze": true})",
                                 R"({"power": "loss"})",
                                 R"({"supply": "over-voltage-off"})",
                                 R"([{"sim": "removed"}, {"reset": true}, {"bearer": "lost"}])",
                                 R"([{"power": "loss"}, {"freeze": true}, {"reset": true}])",
                                 R"([{"silence": "1s"}, {"registration": "denied"}, {"power": "loss"}])"};
  for (const std::string& trigger : triggers) {
    for (const std::string& action : actions) {
      for (const bool typical : {false, true}) {
        CAPTURE(trigger);
        CAPTURE(action);
        CAPTURE(typical);
        FaultFixture fixture(FaultFixture::with("{\"on\": " + trigger + ", \"do\": " + action + ", \"times\": 3}"),
                             false, 1, {}, typical);
        Busy busy(fixture);
        fixture.wait(20s);
        busy.start();
        fixture.wait(20s);
        if (!fixture.modem.answers()) fixture.modem.press_power_key();
        fixture.wait(20s);
        busy.start();
        expect_alive(fixture);
        fixture.modem.lose_power();
        fixture.wait(0s);
        CHECK(fixture.http.running == 0);
        CHECK(fixture.ftp.running == 0);
      }
    }
  }
}

}  // namespace sim800::test
