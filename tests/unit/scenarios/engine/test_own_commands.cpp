// SPDX-License-Identifier: MIT
// Commands that a scenario brings along, and those that nobody knows.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/fault_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

std::string line(const std::string& text) { return "\r\n" + text + "\r\n"; }

FaultFixture with(const std::string& commands, const std::string& rest = "", const std::string& trace = {}) {
  return FaultFixture(R"({"module": {"settings": {"+CMEE": 1}, "commands": )" + commands + rest + "}}", true, 1, trace);
}

}  // namespace

TEST_CASE("own commands: each form has its answers") {
  auto fixture = with(R"x({"+KCNXCFG": {
      "test": "+KCNXCFG: (1-5),(\"GPRS\")",
      "read": {"lines": ["+KCNXCFG: 1", "+KCNXCFG: 2"]},
      "write": [{"match": "1,\"(.*)\"", "lines": ["+SET: $1"], "then": [{"wait": "1s"}, {"urc": "+KCNX_IND: $1"}]},
                {"match": "2.*", "cme": 22}, {"match": "3", "result": "NO CARRIER"}],
      "execute": {"result": "ERROR"}}})x");
  CHECK(fixture.ask("AT+KCNXCFG=?") == line("+KCNXCFG: (1-5),(\"GPRS\")") + OK);
  CHECK(fixture.ask("AT+KCNXCFG?") == line("+KCNXCFG: 1") + "+KCNXCFG: 2\r\n" + OK);
  CHECK(fixture.ask("AT+KCNXCFG=1,\"net\"") == line("+SET: net") + OK);
  CHECK(fixture.wait(999ms).empty());
  CHECK(fixture.wait(1ms) == line("+KCNX_IND: net"));
  CHECK(fixture.ask("AT+KCNXCFG=2,\"net\"") == line("+CME ERROR: 22"));
  CHECK(fixture.ask("AT+KCNXCFG=3") == line("NO CARRIER"));
  CHECK(fixture.ask("AT+KCNXCFG=33") == line("+CME ERROR: 765"));  // all of the arguments have to match
  CHECK(fixture.ask("AT+KCNXCFG") == line("ERROR"));
  CHECK(fixture.ask("AT+CSQ;+KCNXCFG?") == CSQ + line("+KCNXCFG: 1") + "+KCNXCFG: 2\r\n" + OK);
  CHECK(fixture.ask("AT+OTHER") == line("+CME ERROR: 100"));
}

TEST_CASE("own commands: a form that has no answers is unknown") {
  auto fixture = with(R"({"+X": {"read": "+X: 1"}})");
  CHECK(fixture.ask("AT+X?") == line("+X: 1") + OK);
  CHECK(fixture.ask("AT+X=1") == line("+CME ERROR: 100"));
}

TEST_CASE("own commands: one that the module knows is the scenario's, and the log says so") {
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "trace").string();
  {
    auto fixture = with(R"({"+CSQ": {"execute": "+CSQ: 7,7"}})", "", file);
    CHECK(fixture.ask("AT+CSQ") == line("+CSQ: 7,7") + OK);
  }
  std::ostringstream trace;
  trace << std::ifstream(file).rdbuf();
  CHECK(trace.str().find("AT+CSQ: the scenario answers, not the module") != std::string::npos);
}

TEST_CASE("own commands: a fault wins over them") {
  FaultFixture fixture(R"({"module": {"commands": {"+X": {"execute": "+X: 1"}}},
      "faults": [{"on": {"command": "AT+X"}, "do": {"result": "BUSY"}, "times": 1}]})");
  CHECK(fixture.ask("AT+X") == line("BUSY"));
  CHECK(fixture.ask("AT+X") == line("+X: 1") + OK);
}

TEST_CASE("what nobody knows gets an error, OK, or nothing") {
  auto error = with("{}", R"(, "unknown": "error")"), ok = with("{}", R"(, "unknown": "ok")"),
       nothing = with("{}", R"(, "unknown": "no-answer")");
  CHECK(error.ask("AT+OTHER=1") == line("+CME ERROR: 100"));
  CHECK(ok.ask("AT+OTHER=1") == OK);
  CHECK(ok.ask("AT+CSQ") == CSQ + OK);
  CHECK(ok.ask("AT+CSQ=1").find("ERROR") != std::string::npos);  // known, but not like this
  CHECK(nothing.ask("AT+OTHER=1").empty());
  CHECK(nothing.wait(1h).empty());
  CHECK(nothing.ask("AT+CSQ") == CSQ + OK);
}

}  // namespace sim800::test
