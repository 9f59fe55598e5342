// SPDX-License-Identifier: MIT
// Each kind of expectation with a module on a virtual clock: met, and not.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "scenarios/expectations/expectations.hpp"
#include "scenarios/loader/expectation_reader.hpp"
#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

struct ExpectFixture : FaultFixture {
  /// `rest`: further keys of the scenario.
  explicit ExpectFixture(const std::string& list, const std::string& rest = "")
      : FaultFixture("{\"expect\": [" + list + "]" + rest + "}", false), expectations(faults, clock) {
    expectations.add(scenario.expectations);
    expectations.start();
    wait(0s);
  }

  /// How the only one stands.
  Judge::State state() const { return expectations.status().at(0).state; }
  std::string why() const { return expectations.status().at(0).why; }
  /// What is said of it at the end; empty: it was met.
  std::string end() { return expectations.end().at(0).message; }

  Expectations expectations;
};

constexpr auto open = Judge::State::open;
constexpr auto met = Judge::State::met;
constexpr auto failed = Judge::State::failed;

}  // namespace

TEST_CASE("at_most with within: in any span of that length") {
  ExpectFixture f(R"({"command": "AT+FTPPUT=1", "at_most": 3, "within": "1min"})");
  for (int i = 0; i < 6; ++i) {
    f.ask("AT+FTPPUT=1");
    f.wait(20s);
  }
  f.ask("AT+FTPPUT=2,100");
  f.ask("AT+FTPPUT?");
  CHECK(f.state() == open);
  SUBCASE("met") { CHECK(f.end().empty()); }
  SUBCASE("failed, and by which") {
    f.ask("AT+FTPPUT=1");
    CHECK(f.state() == open);
    f.ask("AT+CSQ;+FTPPUT=1");  // +FTPPUT=1 is a command of the line
    CHECK(f.state() == failed);
    CHECK(f.why() ==
          "expected at most 3 of command AT+FTPPUT=1 within any 1min, found 4 (at 80.000 s, 100.000 s, 120.000 s, "
          "120.000 s), the last of them \"command AT+FTPPUT=1\"");
  }
}

TEST_CASE("at_most and at_least without within: over the whole run") {
  ExpectFixture f(R"({"command": "AT+CSQ", "at_least": 2, "at_most": 3})");
  f.ask("AT+CSQ");
  SUBCASE("too few") {
    CHECK(f.end() == "expected 2 to 3 of command AT+CSQ, found 1 (at 0.000 s) until the run ended at 0.000 s");
  }
  f.ask("AT+CSQ=?");
  SUBCASE("as it should be") { CHECK(f.end().empty()); }
  f.ask("AT+CSQ;+CSQ");
  SUBCASE("too many") { CHECK(f.state() == failed); }
}

TEST_CASE("at_least is met as soon as it is so") {
  ExpectFixture f(R"({"line": "^AT\\+CSQ$", "at_least": 2, "within": "10s"})");
  f.ask("AT+CSQ");
  SUBCASE("in time") {
    f.wait(9s);
    f.ask("AT+CSQ");
    CHECK(f.state() == met);
    f.wait(20s);
    CHECK(f.end().empty());
  }
  SUBCASE("too late, judged when the time is up") {
    f.wait(10s);
    CHECK(f.state() == failed);
    f.ask("AT+CSQ");
    CHECK(f.end() ==
          "expected at least 2 of line ^AT\\+CSQ$ within 10s, found 1 (at 0.000 s) until the time was up at 10.000 s");
  }
}

TEST_CASE("times: exactly so often") {
  ExpectFixture f(R"({"urc": "^RING$", "times": 2})", R"(, "events": [{"after": "1s", "do": {"urc": "RING"}},
      {"after": "2s", "do": {"urc": "RING"}}, {"after": "9s", "do": {"urc": "RING"}}])");
  f.wait(1s);
  SUBCASE("once") {
    CHECK(f.end() == "expected exactly 2 of urc ^RING$, found 1 (at 1.000 s) until the run ended at 1.000 s");
  }
  f.wait(1s);
  SUBCASE("twice") { CHECK(f.end().empty()); }
  f.wait(7s);
  SUBCASE("three times") {
    CHECK(f.state() == failed);
    CHECK(f.why() ==
          "expected exactly 2 of urc ^RING$, found 3 (at 1.000 s, 2.000 s, 9.000 s), the last of them \"urc RING\"");
  }
}

TEST_CASE("never") {
  SUBCASE("in the whole run") {
    ExpectFixture f(R"({"name": "keeps-messages", "never": {"line": "CMGD=\\d+,4"}})");
    f.ask("AT+CMGD=1,0");
    CHECK(f.state() == open);
    f.ask("AT+CMGD=1,4");
    const ExpectationVerdict verdict = f.expectations.end().at(0);
    CHECK_FALSE(verdict.passed);
    CHECK(verdict.name == "keeps-messages");
    CHECK(verdict.what == "no line CMGD=\\d+,4");
    CHECK(verdict.message == "expected no line CMGD=\\d+,4, found \"line AT+CMGD=1,4\" at 0.000 s");
    CHECK(verdict.pointer == "/expect/0");
    CHECK(verdict.place == "f:1:13");
  }
  SUBCASE("within a time from the start") {
    ExpectFixture f(R"({"never": {"command": "ATD"}, "within": "10s"})");
    f.wait(10s);
    CHECK(f.state() == met);
    f.ask("ATD123;");
    CHECK(f.end().empty());
  }
}

TEST_CASE("what is told of an expectation has no PIN and no password in it") {
  for (const char* const expected : {R"({"never": {"command": "AT+CPIN"}})", R"({"never": {"line": "CPIN=1234"}})",
                                     R"({"eventually": {"command": "AT+CPIN=5678"}})"}) {
    ExpectFixture f(expected);
    f.ask("AT+CPIN=1234");
    const std::string told = f.end();
    CHECK(told.find("AT+CPIN=****") != std::string::npos);
    CHECK(told.substr(told.rfind("AT+")).find("1234") == std::string::npos);
  }
  ExpectFixture f(R"({"never": {"http": {"url": "host"}}})");
  const auto watch = f.faults.watch({TransferKind::User::http, "GET", "http://user:word@host/", 0});
  REQUIRE(watch != nullptr);
  watch->reached(Phase::dns);
  CHECK(f.end().find("http://user:****@host/") != std::string::npos);
}

TEST_CASE("eventually, and what came nearest") {
  ExpectFixture f(R"({"eventually": {"http": {"method": "POST", "url": "/upload$"}}, "within": "2min"})");
  f.wait(5s);
  // As the client does that asks for it.
  f.faults.watch({TransferKind::User::http, "POST", "http://www.sim.com/uploads", 0});
  CHECK(f.state() == open);
  SUBCASE("not in time") {
    f.wait(5min);
    CHECK(f.state() == failed);
    CHECK(f.why() ==
          "expected http method=POST url=/upload$ within 2min, found none until the time was up at 120.000 s\n"
          "  expected  http method=POST url=/upload$\n"
          "  nearest   http method=POST url=http://www.sim.com/uploads phase=dns at 5.000 s");
  }
  SUBCASE("in time") {
    const auto watch = f.faults.watch({TransferKind::User::http, "POST", "http://www.sim.com/upload", 0});
    REQUIRE(watch != nullptr);
    watch->reached(Phase::dns);
    CHECK(f.state() == met);
  }
}

TEST_CASE("order") {
  ExpectFixture f(R"({"order": [{"command": "AT+CMGF=1"}, {"line": "^AT\\+CSCS="}, {"command": "AT+CMGS"}]})");
  SUBCASE("met, whatever comes between") {
    for (const char* line : {"AT+CMGF=1", "AT+CSQ", "AT+CMGF=1", "AT+CSCS=\"GSM\"", "AT+CMGF=1"}) f.ask(line);
    CHECK(f.state() == open);
    f.ask("AT+CMGS=\"123\"");
    CHECK(f.state() == met);
  }
  SUBCASE("one before its turn") {
    f.ask("AT+CMGF=0");
    f.ask("AT+CSCS=\"GSM\"");
    CHECK(f.why() ==
          "expected in this order: command AT+CMGF=1, line ^AT\\+CSCS=, command AT+CMGS, found \"line "
          "AT+CSCS=\"GSM\"\" at 0.000 s before command AT+CMGF=1");
  }
  SUBCASE("one that does not come") {
    f.ask("AT+CMGF=1");
    f.wait(1s);
    f.ask("AT+CSCS?");
    CHECK(f.end() ==
          "expected in this order: command AT+CMGF=1, line ^AT\\+CSCS=, command AT+CMGS, found nothing more after "
          "\"command AT+CMGF=1\" at 0.000 s until the run ended at 1.000 s\n"
          "  expected  line ^AT\\+CSCS=\n"
          "  nearest   line AT+CSCS? at 1.000 s");
  }
}

TEST_CASE("once: it is judged from then on") {
  const std::string fault =
      R"(, "faults": [{"name": "refused", "on": {"command": "AT+CSQ", "nth": 2}, "do": {"result": "ERROR"}}])";
  SUBCASE("what it begins with does not count itself") {
    ExpectFixture f(R"({"once": {"fault": "refused"}, "never": {"command": "AT+CSQ"}, "within": "30s"})", fault);
    f.ask("AT+CSQ");
    f.ask("AT+CSQ");
    CHECK(f.state() == open);
    SUBCASE("met, though it comes later") {
      f.wait(30s);
      CHECK(f.state() == met);
    }
    SUBCASE("failed") {
      f.wait(29s);
      f.ask("AT+CSQ");
      CHECK(f.why() ==
            "expected no command AT+CSQ within 30s, once fault refused, found \"command AT+CSQ\" at 29.000 s");
    }
  }
  SUBCASE("it never begins") {
    ExpectFixture f(R"({"once": {"fault": "refused"}, "never": {"command": "AT+CSQ"}})", fault);
    f.ask("AT+CSQ");
    CHECK(f.end() == "expected no command AT+CSQ, once fault refused, but it never began: no fault refused");
  }
  SUBCASE("only the first time") {
    ExpectFixture f(R"({"once": {"line": "^ATZ"}, "eventually": {"command": "ATI"}, "within": "10s"})");
    f.wait(100s);
    f.ask("ATZ");
    f.wait(9s);
    f.ask("ATZ");
    f.wait(9s);
    CHECK(f.state() == failed);
  }
}

TEST_CASE("every trigger can be expected") {
  const std::string events = R"(, "events": [{"after": "1s", "do": {"urc": "+X"}},
      {"after": "2s", "do": {"bearer": "lost"}}])";
  for (const char* trigger : {R"({"command": "AT"})", R"({"line": "^AT$"})", R"({"urc": "^\\+X$"})",
                              R"({"serial": {"direction": "rx", "after_bytes": 3}})", R"({"time": "500ms"})",
                              R"({"event": "registered"})", R"({"line": "AT", "nth": 2})"}) {
    CAPTURE(trigger);
    ExpectFixture f(fmt::format("{{\"eventually\": {}}}", trigger), events);
    CHECK(f.state() == open);
    f.modem.power_on();
    f.ask("AT");
    f.ask("AT");
    f.wait(3s);
    CHECK(f.end().empty());
  }
}

TEST_CASE("an expectation changes nothing of what the module does") {
  const auto conversation = [](FaultFixture& f) {
    std::string all;
    for (const char* line :
         {"AT\rAT+CSQ\rATI\r", "AT+CIPSTART=\"TCP\",\"a\",1\rAT+CIPSTATUS\r", "AT+CMGF=1;+CMGS=\"1\"\r"}) {
      all += f.say(line);
      all += f.wait(1s);
    }
    return all;
  };
  FaultFixture bare("{}", false);
  ExpectFixture watched(R"({"line": ".", "at_most": 1}, {"eventually": {"urc": "."}}, {"eventually": {"socket": {}}},
      {"eventually": {"command": "AT"}})");
  bare.wait(0s);
  CHECK(conversation(bare) == conversation(watched));
}

TEST_CASE("expectations come and go while it runs") {
  ExpectFixture f("");
  CHECK(f.expectations.status().empty());
  f.wait(5s);
  std::vector<std::string> told;
  f.expectations.on_failure = [&told](const Expectations::Status& status) { told.push_back(status.why); };
  const std::size_t first = f.expectations.add(parse_expectation(R"({"never": {"command": "ATI"}})", "api"));
  const std::size_t second =
      f.expectations.add(parse_expectation(R"({"command": "ATI", "times": 1, "within": "10s"})", "api"));
  CHECK(first != second);
  CHECK(f.expectations.status().at(1).why == "expected exactly 1 of command ATI within 10s");
  f.ask("ATI");
  CHECK(told == std::vector<std::string>{"expected no command ATI, found \"command ATI\" at 5.000 s"});
  CHECK(f.expectations.status().at(1).count == 1);
  CHECK(f.expectations.remove(first));
  CHECK_FALSE(f.expectations.remove(first));
  f.wait(10s);
  REQUIRE(f.expectations.status().size() == 1);
  CHECK(f.state() == met);
  CHECK(f.expectations.end().size() == 1);
}

TEST_CASE("an expectation of its own is checked like one of a file") {
  const auto mistake = [](const char* text) -> std::string {
    try {
      parse_expectation(text, "api");
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(mistake(R"({"never": {"line": "A"}})").empty());
  CHECK(mistake(R"({"nevr": {"line": "A"}})") ==
        "api:1:2: /nevr: expected a known key, found \"nevr\" (did you mean "
        "\"never\"?)");
  CHECK(mistake(R"({"command": "AT"})").starts_with("api:1:1: expected \"at_most\""));
  CHECK(mistake("[]").starts_with("api:1:1: "));
  CHECK(mistake("").starts_with("api:1:1: "));
}

}  // namespace sim800::test
