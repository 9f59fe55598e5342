// SPDX-License-Identifier: MIT
// The worst at the worst moment: whatever runs, the module comes back, and nothing of what ran is left.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/fault_bench.hpp"

namespace sim800::test {
namespace {

/// A host that has everything going at once: HTTP and FTP, a prompt, a scan, a half-typed line.
struct Busy {
  explicit Busy(FaultBench& b) : bench(b), second(b.modem.attach(port, "second")) {}
  void start() {
    for (const char* line :
         {"ATE0", "AT+SAPBR=1,1", "AT+HTTPINIT;+HTTPPARA=\"URL\",\"http://www.sim.com/\"",
          "AT+FTPSERV=\"a\";+FTPGETNAME=\"n\";+FTPGETPATH=\"/\"", "AT+HTTPACTION=0", "AT+FTPGET=1"}) {
      bench.say(std::string(line) + "\r");
    }
    second.receive("AT+FSCREATE=\"C:\\USER\\A\"\r");
    bench.wait(0s);
    second.receive("AT+FSWRITE=\"C:\\USER\\A\",0,100,10\r0123456789");
    bench.say("AT+HTTPDATA=100,10000\r0123456789");
    bench.wait(0s);
  }
  FaultBench& bench;
  RecordingPort port;
  Channel& second;
};

/// Once the supply is good again, PWRKEY brings it back; a fault that fires three times may spoil some attempts.
void expect_alive(FaultBench& bench) {
  for (int presses = 0; presses < 5; ++presses) {
    bench.modem.set_supply(Supply::normal);
    bench.wait(60s);
    if (!bench.modem.answers()) bench.modem.press_power_key();
  }
  bench.wait(60s);
  CHECK(bench.modem.answers());
  bench.say("\r");
  bench.wait(60s);
  std::string answer = bench.say("AT\r");
  answer += bench.wait(1s);
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
        FaultBench bench(FaultBench::with("{\"on\": " + trigger + ", \"do\": " + action + ", \"times\": 3}"), false, 1,
                         {}, typical);
        Busy busy(bench);
        bench.wait(20s);
        busy.start();
        bench.wait(20s);
        if (!bench.modem.answers()) bench.modem.press_power_key();
        bench.wait(20s);
        busy.start();
        expect_alive(bench);
        bench.modem.lose_power();
        bench.wait(0s);
        CHECK(bench.http.running == 0);
        CHECK(bench.ftp.running == 0);
      }
    }
  }
}

}  // namespace sim800::test
