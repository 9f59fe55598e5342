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
      all += (all.empty() ? "" : "\n") + mistake.text().substr(mistake.text().find("/"));
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

TEST_CASE("no duration is longer than 1000h, wherever it stands") {
  // Each with an array index and a key of its own: "D" is the duration.
  const char* places[] = {R"({"events": [{"after": "D", "do": {"urc": "A"}}]})",
                          R"({"events": [{"period": "D", "do": {"urc": "A"}}]})",
                          R"({"faults": [{"on": {"time": "D"}, "do": {"urc": "A"}}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"urc": "A"}, "after": "D"}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"urc": "A"}, "before": "D"}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"delay": "D"}}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"silence": "D"}}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"link": {"jitter_ms": 1}, "for": "D"}}]})",
                          R"({"faults": [{"on": {"command": "AT"}, "do": {"serial": {"drop": 1}, "for": "D"}}]})",
                          R"({"network": {"signal": [{"at": "D", "rssi": 1}]}})",
                          R"({"network": {"numbers": {"1": {"call": "answer", "after": "D"}}}})",
                          R"({"network": {"numbers": {"1": {"call": "answer", "hangs_up_after": "D"}}}})",
                          R"({"timing": {"overrides": {"answer": "D"}}})"};
  for (const std::string text : places) {
    CAPTURE(text);
    const auto with = [&](const std::string& duration) {
      std::string filled = text;
      return mistakes(filled.replace(filled.find("\"D\"") + 1, 1, duration));
    };
    CHECK(with("1000h") == "");
    for (const char* wrong : {"1001h", "1000.000001h", "999999999999h", "3600001s", "999999999999.999999999999min"}) {
      const std::string mistake = with(wrong);
      CHECK(mistake.find(": expected a duration of at most 1000h, found \"") != std::string::npos);
    }
  }
}

TEST_CASE("a rate that a link would need days for is refused") {
  const auto link = [](const std::string& rate) {
    return mistakes("{\"network\": {\"link\": {\"down_kbps\": " + rate + "}}}");
  };
  for (const char* rate : {"0", "0.01", "1000000"}) CHECK(link(rate) == "");
  CHECK(link("1e-300") == "/network/link/down_kbps: expected 0, or a number from 0.01 to 1000000, found 1e-300");
  CHECK(link("0.009") == "/network/link/down_kbps: expected 0, or a number from 0.01 to 1000000, found 0.009");
}

TEST_CASE("faults that make no sense are refused, with what would make sense") {
  const std::string result = R"({"result": "ERROR"})", delay = R"({"delay": "1s"})";
  const std::string regex = "expected " + std::string(Pattern::expected) + ", found ";
  struct Row {
    std::string text, mistake;
  };
  const auto command = [](const std::string& typed) {
    return "/faults/0/on/command: expected one command, such as \"AT+CSQ\" for any form of it, or \"AT+CSQ?\", "
           "\"AT+FTPPUT=1\", found \"" +
           typed + "\" (for more, use \"line\")";
  };
  const Row rows[] = {
      {fault(R"({"command": "AT+CSQ;+CREG"})", result), command("AT+CSQ;+CREG")},
      {fault(R"({"command": "ATE0V1"})", result), command("ATE0V1")},
      {fault(R"({"line": "("})", result), "/faults/0/on/line: " + regex + R"("(" (missing ): ())"},
      {fault(R"x({"line": "A(?!T)"})x", result),
       "/faults/0/on/line: " + regex + R"x("A(?!T)" (invalid perl operator: (?!))x"},
      {fault(R"({"line": "(A)\\1"})", result),
       "/faults/0/on/line: " + regex + R"("(A)\\1" (invalid escape sequence: \1))"},
      {fault(R"({"urc": "["})", R"({"state": "x"})"), "/faults/0/on/urc: " + regex + R"("[" (missing ]: [))"},
      {fault(R"({"http": {"url": "*"}})", delay),
       "/faults/0/on/http/url: " + regex + R"("*" (no argument for repetition operator: *))"},
      {fault(R"({"socket": {"host": "a{2,1}"}})", delay),
       "/faults/0/on/socket/host: " + regex + R"("a{2,1}" (invalid repetition size: {2,1}))"},
      {fault(R"({"http": {"phase": "header", "after_bytes": 1}})", delay),
       R"(/faults/0/on/http/after_bytes: expected phase "data" beside "after_bytes", found "header")"},
      {fault(R"({"socket": {"phase": "dns", "direction": "up", "after_bytes": 1}})", delay),
       "/faults/0/on/socket/direction: expected phase \"data\" beside \"direction\", found \"dns\"\n"
       "/faults/0/on/socket/after_bytes: expected phase \"data\" beside \"after_bytes\", found \"dns\""},
      {fault(R"({"socket": {"direction": "up"}})", delay),
       R"(/faults/0/on/socket/direction: expected "after_bytes" or "match" beside "direction", found none)"},
      {fault(R"({"ftp": {"phase": "login"}})", R"({"dns": "fail"})"),
       R"(/faults/0/do/dns: expected a trigger in phase "dns" or without a phase, found "ftp phase=login")"},
      {fault(R"({"http": {"after_bytes": 1}})", R"({"dns": "fail"})"),
       R"(/faults/0/do/dns: expected a trigger in phase "dns" or without a phase, found "http after_bytes=1")"},
      {fault(R"({"command": "ATI"})", R"({"delay": "1s", "lines": ["x"]})"),
       R"(/faults/0/do/lines: expected "lines" only beside "result" or "cme" or "cms", found it beside "delay")"},
      {fault(R"({"command": "ATI"})", R"({"cme": 3, "place": "after"})"),
       R"(/faults/0/do/place: expected "place" only beside "urc" or "raw" or "sms", found it beside "cme")"},
      {fault(R"({"time": "1s"})", R"({"urc": "A", "for": "1s"})"),
       R"(/faults/0/do/for: expected "for" only beside "serial" or "link" or "dns" or "registration" or "cell" or "gprs" or )"
       R"("signal" or "sim" or "supply" or "temperature" or "level" or "state" or "adc" or "antenna" or "jamming" or )"
       R"("key_pad" or "pins", found it beside "urc")"},
      {fault(R"({"time": "1s"})", R"({"sim": "locked", "for": "1s"})"),
       R"(/faults/0/do/for: expected "for" beside "removed" or "inserted", found it beside "locked" (only AT+CPIN unlocks a card))"},
      {fault(R"({"time": "1s"})", R"({"sms": {"from": "1", "text": "A"}, "place": "inside"})"),
       R"(/faults/0/do/place: expected a command or line trigger for "place" beside "sms", found "time 1s")"},
      {fault(R"({"command": "ATI"})", R"([{"wait": "1s"}, {"sms": {"from": "1", "text": "A"}, "place": "inside"}])"),
       R"(/faults/0/do/1/place: expected a command or line trigger for "place" beside "sms", found none)"},
      {fault(R"({"command": "ATI"})", R"({"sms": {"from": "1", "text": "A"}, "place": "after"})"),
       R"(/faults/0/do/place: expected "inside", found "after" (without a place a message comes at once))"},
      {fault(R"({"socket": {"match": "A", "phase": "data"}})", delay),
       R"(/faults/0/on/socket/phase: expected either "phase" or "match", found both)"},
      {fault(R"x({"urc": "(A)(B)"})x", R"([{"urc": "$2"}, {"urc": "$$9"}])"), ""},
      {fault(R"x({"urc": "(A)"})x", R"({"urc": "x$2"})"),
       R"(/faults/0/do/urc: expected captures up to $1, found $2 (the trigger's regular expression has 1 group; $$ is a dollar sign))"},
      {fault(R"({"command": "ATI"})",
             R"([{"urc": "$2"}, {"wait": {"urc": "A"}}, {"sms": {"from": "1", "text": "$1"}}])"),
       R"(/faults/0/do/2/sms/text: expected captures up to $0, found $1 (the trigger's regular expression has 0 groups; $$ is a dollar sign))"},
      {fault(R"({"command": "ATI"})", R"({"wait": ["4s", "1s"]})"),
       R"(/faults/0/do/wait/1: expected a duration no shorter than the one before it, found "1s")"},
      {fault(R"({"command": "ATI"})", R"({"repeat": {"do": {"urc": "A"}}})"),
       R"(/faults/0/do/repeat/do: expected a wait of at least 1ms, found none (without "times" it goes on for ever))"},
      {fault(R"({"command": "ATI"})",
             R"({"repeat": {"times": 5001, "do": [{"urc": "A"}, {"urc": "B"}, {"wait": "0s"}]}})"),
       R"(/faults/0/do/repeat/times: expected at most 10000 actions without a wait of at least 1ms, found 10002)"},
      {fault(R"({"command": "ATI"})", R"({"repeat": {"times": 1000000, "do": [{"urc": "A"}, {"wait": "1s"}]}})"), ""},
      {R"({"events": [{"period": "1s", "do": {"repeat": {"do": [{"urc": "A"}, {"wait": "1s"}]}}}]})",
       R"(/events/0/period: expected no "period" beside a "repeat" without "times", found "period" (each would go on for ever))"},
      {R"({"timing": {"scale": 0.001}, "events": [{"after": "1s", "do": {"repeat": {"do": [{"urc": "A"}, {"wait": "1ms"}]}}}]})",
       R"(/events/0/do: expected waits in "repeat" that last longer, found an object (a duration of at least 100ms for 1 action with a time scale of 0.001))"},
      {R"({"faults": [{"on": {"command": "AT"}, "do": {"cme": 3}, "name": "a"}, {"on": {"command": "AT"}, "do": {"cme": 3}, "name": "a"}]})",
       R"(/faults/1/name: expected each name once, found "a")"},
      {fault(R"({"command": "ATI"})", result, R"(, "when_state": "start", "when": {"state": "start"})"),
       R"(/faults/0/when_state: expected either "when_state" or "state" in "when", found both)"},
      {fault(R"({"state": "x"})", R"({"urc": "A"})"),
       R"(/faults/0/on/state: expected "start", or a state that some action enters with "state", found "x")"},
      {fault(R"({"command": "ATI"})", R"({"serial": {"burst": 3}})"),
       R"(/faults/0/do/serial/burst: expected "drop" beside "burst", found none)"},
      {R"({"serial": {"gap": "1s"}})", R"(/serial/gap: expected "slice" beside "gap", found none)"},
      {R"({"serial": {"slice": [5, 4]}})",
       R"(/serial/slice/1: expected a number no smaller than the one before it, found 4)"},
      {R"({"module": {"commands": {"+x": {"read": "a"}}}})",
       R"(/module/commands/+x: expected the name of a command without AT, in upper case, such as "+KCNXCFG", found "+x")"},
      {R"({"module": {"commands": {"+X": {"write": {"match": "("}}}}})",
       "/module/commands/+X/write/match: " + regex + R"("(" (missing ): ())"},
      {R"({"network": {"numbers": {"*": {"calls_back": "1s"}}}})",
       R"(/network/numbers/*: expected a number of its own, not "*", for "replies" or "calls_back", found "*")"},
      {R"({"network": {"numbers": {"1": {"sms": "lost", "replies": [{"text": "A", "reply": "B"}]}}}})",
       R"(/network/numbers/1/replies: expected "sms": "deliver" beside "replies", found "replies")"},
      {fault(R"({"command": "ATI"})", result, R"(, "after": "2s", "before": "1s")"),
       R"(/faults/0/before: expected a duration longer than "after", found "1s")"},
      {fault(R"({"command": "ATI"})", result, R"(, "when_state": "x")"),
       R"(/faults/0/when_state: expected "start", or a state that some action enters with "state", found "x")"},
      {R"({"events": [{"period": "0s", "do": {"urc": "RING"}}]})",
       R"(/events/0/period: expected a duration of at least 1ms, found "0s")"},
      {R"({"events": [{"period": "999.999us", "do": {"urc": "RING"}}]})",
       R"(/events/0/period: expected a duration of at least 1ms, found "999.999us")"},
      {R"({"events": [{"period": "1ms", "do": {"urc": "RING"}}]})", ""},
      {R"({"timing": {"scale": 0.1}, "events": [{"period": "1ms", "do": {"urc": "RING"}}]})", ""},
      {R"({"timing": {"scale": 0.01}, "events": [{"period": "9ms", "do": {"reset": true}}]})",
       R"(/events/0/period: expected a duration of at least 10ms for 1 action with a time scale of 0.01, found "9ms")"},
      {R"({"events": [{"period": "1ms", "do": [{"urc": "A"}, {"urc": "B"}, {"urc": "C"}, {"urc": "D"}, {"urc": "E"}]},
                      {"period": "1ms", "do": [{"urc": "A"}, {"urc": "B"}, {"urc": "C"}, {"urc": "D"}, {"urc": "E"}]}]})",
       ""},
      {R"({"events": [{"period": "1ms", "do": [{"urc": "A"}, {"urc": "B"}, {"urc": "C"}, {"urc": "D"}, {"urc": "E"}, {"urc": "F"}]},
                      {"period": "1ms", "do": [{"urc": "A"}, {"urc": "B"}, {"urc": "C"}, {"urc": "D"}, {"urc": "E"}]}]})",
       R"(/events/1/period: expected a longer one: all events together do at most 10000 actions in a second of real time, found "1ms")"},
      {R"({"timing": {"scale": 0.01}, "events": [{"period": "19ms", "do": [{"urc": "A"}, {"urc": "B"}]}]})",
       R"(/events/0/period: expected a duration of at least 20ms for 2 actions with a time scale of 0.01, found "19ms")"},
      {R"({"timing": {"scale": 0.000001}, "events": [{"after": "1us", "do": {"urc": "RING"}}, {"period": "99s", "do": {"urc": "RING"}}]})",
       R"(/events/1/period: expected a duration of at least 100000ms for 1 action with a time scale of 1e-06, found "99s")"},
      {fault(R"({"command": "AT"})", result, R"(, "when_state": "start")"), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(mistakes(row.text) == row.mistake);
  }
}

TEST_CASE("a time scale that makes events too frequent is refused") {
  Scenario scenario = parse_scenario(
      R"({"events": [{"period": "1s", "do": {"urc": "A"}}, {"after": "1s", "do": {"urc": "A"}}, {"period": "5ms", "do": {"urc": "A"}}]})",
      "f");
  set_time_scale(scenario, 0.03, "f");
  CHECK(scenario.world.timing.scale == 0.03);
  try {
    set_time_scale(scenario, 0.001, "f");
    FAIL("it was taken");
  } catch (const ScenarioError& error) {
    CHECK(std::string(error.what()) ==
          "f: /events/2/period: expected a duration of at least 100ms for 1 action with a time scale of 0.001, found "
          "5ms");
  }
  CHECK(scenario.world.timing.scale == 0.03);
}

TEST_CASE("every action of the table is one of the schema, and the other way round") {
  const auto schema = nlohmann::json::parse(std::ifstream(test::source_dir() + "/scenarios/scenario.schema.json"));
  std::vector<std::string> known, listed;
  for (const auto& one : schema["definitions"]["action"]["oneOf"]) known.push_back(one["required"][0]);
  for (const ActionRow& row : action_rows()) listed.emplace_back(row.name);
  for (const char* step : {"repeat", "wait"}) {  // no actions, but among them
    CHECK(known.back() == step);
    known.pop_back();
  }
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
