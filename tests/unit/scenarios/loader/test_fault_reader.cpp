// SPDX-License-Identifier: MIT
// What the schema cannot see of faults and events, and what traces and reports say of them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

#include "emulator/program/trace_print.hpp"
#include "scenarios/faults/actions.hpp"
#include "tests/support/fault_fixture.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

std::string mistakes(const std::string& text) {
  try {
    parse_scenario(text, "f");
    return "";
  } catch (const ScenarioError& error) {
    std::string all;
    for (const ScenarioMistake& mistake : error.mistakes)
      all += (all.empty() ? "" : "\n") + mistake.pointer + ": " + mistake.expected;
    return all;
  }
}

std::string fault(const std::string& on, const std::string& action, const std::string& rest = "") {
  return FaultFixture::with("{\"on\": " + on + ", \"do\": " + action + rest + "}");
}

std::string read_all(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("faults that make no sense are refused with what would") {
  const std::string result = R"({"result": "ERROR"})";
  const std::string regex = "a regular expression (ECMAScript)";
  const std::string command =
      "a command without form and arguments, such as \"AT+CSQ\", \"ATD\" or \"AT&W\" (for more, use \"line\")";
  const std::string not_command = "only where the trigger is a command or a line";
  const std::string not_transfer = "only where the trigger is http, ftp or socket";
  const std::string neither = "only where the trigger is a command, a line or a transfer";
  struct Row {
    std::string text, mistake;
  };
  const Row rows[] = {
      {fault(R"({"command": "AT+CSQ?"})", result), "/faults/0/on/command: " + command},
      {fault(R"({"command": "AT+CSQ;+CREG"})", result), "/faults/0/on/command: " + command},
      {fault(R"({"command": "ATE0"})", result), "/faults/0/on/command: " + command},
      {fault(R"({"line": "("})", result), "/faults/0/on/line: " + regex},
      {fault(R"({"urc": "["})", R"({"state": "x"})"), "/faults/0/on/urc: " + regex},
      {fault(R"({"http": {"url": "*"}})", R"({"delay": "1s"})"), "/faults/0/on/http/url: " + regex},
      {fault(R"({"socket": {"host": "a{2"}})", R"({"delay": "1s"})"), "/faults/0/on/socket/host: " + regex},
      {fault(R"({"http": {"phase": "header", "after_bytes": 1}})", R"({"delay": "1s"})"),
       "/faults/0/on/http/after_bytes: only in phase \"data\""},
      {fault(R"({"socket": {"phase": "dns", "direction": "up", "after_bytes": 1}})", R"({"delay": "1s"})"),
       "/faults/0/on/socket/direction: only in phase \"data\"\n"
       "/faults/0/on/socket/after_bytes: only in phase \"data\""},
      {fault(R"({"socket": {"direction": "up"}})", R"({"delay": "1s"})"),
       "/faults/0/on/socket/direction: only beside \"after_bytes\""},
      {fault(R"({"time": "1s"})", result), "/faults/0/do/result: " + not_command},
      {fault(R"({"http": {}})", R"([{"delay": "1s"}, {"cme": 3}])"), "/faults/0/do/1/cme: " + not_command},
      {fault(R"({"event": "boot"})", R"({"cms": 500})"), "/faults/0/do/cms: " + not_command},
      {fault(R"({"urc": "RING"})", R"({"delay": "1s"})"), "/faults/0/do/delay: " + neither},
      {fault(R"({"command": "ATI"})", R"({"connection": "reset"})"), "/faults/0/do/connection: " + not_transfer},
      {fault(R"({"serial": {}})", R"({"truncate_after": 1})"), "/faults/0/do/truncate_after: " + not_transfer},
      {fault(R"({"command": "ATI"})", R"({"dns": "fail"})"), "/faults/0/do/dns: " + not_transfer},
      {fault(R"({"ftp": {"phase": "login"}})", R"({"dns": "fail"})"),
       "/faults/0/do/dns: only in phase \"dns\", or without a phase"},
      {fault(R"({"http": {"after_bytes": 1}})", R"({"dns": "fail"})"),
       "/faults/0/do/dns: only in phase \"dns\", or without a phase"},
      {fault(R"({"ftp": {}})", R"({"http_status": 601})"),
       "/faults/0/do/http_status: only where the trigger is anything but ftp and socket"},
      {fault(R"({"socket": {}})", R"({"ftp_error": 61})"),
       "/faults/0/do/ftp_error: only where the trigger is anything but http and socket"},
      {fault(R"({"command": "ATI"})", R"({"delay": "1s", "lines": ["x"]})"),
       "/faults/0/do/lines: only beside \"result\", \"cme\", \"cms\""},
      {fault(R"({"command": "ATI"})", R"({"cme": 3, "place": "after"})"), "/faults/0/do/place: only beside \"urc\""},
      {fault(R"({"time": "1s"})", R"({"urc": "RING", "place": "inside"})"), "/faults/0/do/place: " + not_command},
      {fault(R"({"time": "1s"})", R"({"signal": {"rssi": 3}, "for": "1s"})"),
       "/faults/0/do/for: only beside \"serial\", \"link\""},
      {fault(R"({"command": "ATI"})", result, R"(, "after": "2s", "before": "1s")"),
       "/faults/0/before: later than \"after\""},
      {fault(R"({"command": "ATI"})", result, R"(, "when_state": "x")"),
       "/faults/0/when_state: \"start\", or a state that some action brings about with \"state\""},
      {R"({"events": [{"after": "1s", "do": {"result": "ERROR"}}]})", "/events/0/do/result: " + not_command},
      {R"({"events": [{"period": "0s", "do": {"urc": "RING"}}]})", "/events/0/period: longer than no time"},
      {fault(R"({"command": "AT"})", result, R"(, "when_state": "start")"), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(mistakes(row.text) == row.mistake);
  }
}

TEST_CASE("every action of the table is one of the schema, and the other way round") {
  const auto schema = nlohmann::json::parse(std::ifstream(test::source_dir() + "/scenarios/scenario.schema.json"));
  std::vector<std::string> known, listed;
  for (const auto& one : schema["definitions"]["action"]["oneOf"]) known.push_back(one["required"][0]);
  for (const ActionRow& row : action_rows()) listed.emplace_back(row.name);
  CHECK(known == listed);
}

TEST_CASE("a trace tells what fired and what happened by itself, and is the same for the same seed") {
  const TemporaryDirectory directory;
  const std::string text = R"({"faults": [
      {"on": {"command": "AT+CSQ", "every_nth": 2}, "do": [{"cme": 3, "lines": ["x"]}, {"state": "bad"}]},
      {"on": {"command": "AT+CREG"}, "do": {"result": "ERROR"}, "probability": 0.5},
      {"on": {"http": {"url": "nowhere"}}, "do": {"delay": "1s"}}],
    "events": [{"after": "1s", "do": {"urc": "RING"}}, {"period": "700ms", "do": {"serial": {"garble": 0.01}, "for": "1s"}}]})";
  const auto traced = [&](const char* name, std::uint64_t seed) {
    const std::string file = (directory.path() / name).string();
    FaultFixture fixture(text, true, seed, file);
    for (int i = 0; i < 20; ++i) {
      fixture.ask("AT+CSQ");
      fixture.ask("AT+CREG?");
      fixture.wait(100ms);
    }
    CHECK(fixture.faults.never_fired() == std::vector<std::string>{"/faults/2: http url=nowhere"});
    return read_all(file);
  };
  const std::string trace = traced("a", 1);
  CHECK(trace == traced("b", 1));
  CHECK(trace != traced("c", 2));
  CHECK(trace.find(
            R"("event":"fault","fault":0,"on":"command AT+CSQ every_nth 2","do":"cme 3 lines [\"x\"]; state bad"})") !=
        std::string::npos);
  CHECK(trace.find(R"("event":"happening","happening":0,"do":"urc RING"})") != std::string::npos);
  std::istringstream in(trace);
  std::ostringstream out;
  print_trace(in, "a", out);
  CHECK(out.str().find("    fault 0 command AT+CSQ every_nth 2 -> cme 3") != std::string::npos);
}

}  // namespace sim800::test
