// SPDX-License-Identifier: MIT
// Each rule of the driver lint: what makes it fire, and what is as it should be.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lint/lint_listener.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// A module in field time that is linted while a test talks to it.
struct LintFixture {
  explicit LintFixture(TimingProfile profile = TimingProfile::instant, Duration boot = 20s)
      : world(with(profile)),
        listener(clock),
        trace(clock),
        modem({world, command_table, clock, nvram, files, http, ftp, sockets, pinger, mail, &trace, 1}) {
    trace.listener = [this](std::string_view name, Trace::Fields fields) { listener(name, fields); };
    channel = &modem.attach(port, "test");
    modem.power_on();
    clock.advance(boot);
    port.take();
  }
  static World with(TimingProfile profile) {
    World world;
    world.timing.profile = profile;
    return world;
  }

  std::string say(std::string_view bytes, Duration span = 0s) {
    channel->receive(bytes);
    clock.advance(span);
    return port.take();
  }
  /// Waits for the answer.
  std::string ask(std::string_view line, Duration span = 5s) { return say(std::string(line) + "\r", span); }

  /// "early-line: AT+CSQ 0.001 s after …", each in a line.
  std::string found() const {
    std::string all;
    for (const Finding& finding : listener.linter.findings())
      all += fmt::format("{}{}: {}", all.empty() ? "" : "\n", row_of(finding.rule).id, finding.what);
    return all;
  }
  std::string ids() const {
    std::string all;
    for (const Finding& finding : listener.linter.findings())
      all += fmt::format("{}{}", all.empty() ? "" : " ", row_of(finding.rule).id);
    return all;
  }

  World world;
  VirtualClock clock;
  LintListener listener;
  Trace trace;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem;
  Channel* channel = nullptr;
};

constexpr auto typical = TimingProfile::typical;

}  // namespace

TEST_CASE("lint: the rules have names, reasons and sections, each once") {
  std::vector<std::string_view> ids;
  for (const LintRuleRow& row : lint_rules()) {
    CHECK_FALSE(row.summary.empty());
    CHECK(row.reason.ends_with('.'));
    CHECK(std::ranges::find(ids, row.id) == ids.end());
    ids.push_back(row.id);
  }
}

TEST_CASE("lint: a host that waits for each answer") {
  LintFixture f(typical);
  for (const char* line : {"AT", "ATE0", "AT+CMEE=1", "AT+CPIN?", "AT+CREG?", "AT+CSQ", "AT+SAPBR=1,1", "AT+CIPSHUT"})
    f.ask(line, 10s);
  f.say("AT+CSQ\r\n", 1s);
  f.say("\x1b\r", 1s);
  f.say(
      "\x1a"
      "AT\r\n",
      1s);
  f.say("AT+CMGF=1\r", 1s);
  f.say("AT+CMGS=\"+420123456789\"\r\n", 1s);
  f.say("Hello", 1s);
  f.say("\x1a", 10s);
  f.say("\r", 1s);
  CHECK(f.found().empty());
}

TEST_CASE("lint: early-line") {
  LintFixture f(typical);
  f.ask("AT+CREG?");
  SUBCASE("while a command runs") {
    f.say("AT+SAPBR=1,1\r", 500ms);
    f.say("AT+CSQ\r", 5s);
    CHECK(f.found() == "early-line: AT+CSQ 0.500 s after AT+SAPBR=1,1, before its final result");
    CHECK(f.listener.linter.findings()[0].section == "1.4.5");
  }
  SUBCASE("in one write") {
    f.say("AT\rAT+CSQ\r", 5s);
    CHECK(f.ids() == "early-line");
  }
  SUBCASE("empty lines and ends of lines are no lines") {
    f.say("AT+SAPBR=1,1\r", 500ms);
    f.say("\n\r\n\x1a", 5s);
    f.ask("AT");
    CHECK(f.ids().empty());
  }
  SUBCASE("the same again is counted") {
    for (int i = 0; i < 3; ++i) f.say("AT\rAT\r", 5s);
    REQUIRE(f.listener.linter.findings().size() == 1);
    CHECK(f.listener.linter.findings()[0].times == 3);
  }
}

TEST_CASE("lint: impatient") {
  LintFixture f(TimingProfile::maximum);
  f.ask("AT+CREG?");
  f.say("AT+SAPBR=1,1\r", 10s);
  SUBCASE("the next line, too soon") {
    f.say("AT\r", 100s);
    CHECK(f.found() == "impatient: AT 10.000 s after AT+SAPBR=1,1, for which the manual allows 85 s");
  }
  SUBCASE("no line") {
    f.clock.advance(80s);
    f.ask("AT");
    CHECK(f.ids().empty());
  }
}

TEST_CASE("lint: early-data") {
  LintFixture f(typical);
  f.ask("AT+HTTPINIT");
  SUBCASE("behind the line") {
    f.say("AT+HTTPDATA=5,10000\r\nhello", 5s);
    CHECK(f.found() == "early-data: 5 bytes right behind AT+HTTPDATA=5,10000, before its prompt");
    CHECK(f.listener.linter.findings()[0].section == "11.2.4");
  }
  SUBCASE("while the prompt is awaited") {
    f.say("AT+HTTPDATA=5,10000\r", 0s);
    f.say("hello", 5s);
    CHECK(f.ids() == "early-data");
  }
  SUBCASE("the LF of the line is no data") {
    f.say("AT+HTTPDATA=5,10000\r", 0s);
    f.say("\n", 1s);
    f.say("hello", 1s);
    f.ask("AT");
    CHECK(f.ids().empty());
  }
}

TEST_CASE("lint: data-too-long and data-too-short") {
  LintFixture f;
  f.ask("AT+HTTPINIT");
  f.say("AT+HTTPDATA=5,10000\r");
  SUBCASE("too long") {
    f.say("hello world", 1s);
    CHECK(f.found() == "data-too-long: 6 bytes more than the 5 of AT+HTTPDATA=5,10000");
  }
  SUBCASE("a line end behind it does no harm") {
    f.say("hello\r\n", 1s);
    f.ask("AT");
    CHECK(f.ids().empty());
  }
  SUBCASE("in pieces") {
    f.say("he");
    f.say("llo");
    f.ask("AT");
    CHECK(f.ids().empty());
  }
  SUBCASE("too short") {
    f.say("hell", 20s);
    CHECK(f.found() == "data-too-short: 4 of the 5 bytes of AT+HTTPDATA=5,10000");
  }
}

TEST_CASE("lint: missed-urc") {
  LintFixture f;
  f.ask("AT+CREG?");
  for (const char* line : {"AT+SAPBR=1,1", "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"a\"", "AT+HTTPACTION=0"})
    f.ask(line, 0s);
  SUBCASE("read too soon") {
    f.clock.advance(1s);
    f.ask("AT+HTTPREAD");
    CHECK(f.found() == "missed-urc: AT+HTTPREAD 1.000 s after AT+HTTPACTION=0, before its +HTTPACTION:");
    CHECK(f.listener.linter.findings()[0].section == "11.2.6");
  }
  SUBCASE("in time") {
    f.http.answer({.status = 200});
    f.clock.advance(1s);
    f.ask("AT+HTTPREAD");
    CHECK(f.ids().empty());
  }
  SUBCASE("given up on") {
    f.ask("AT+HTTPTERM");
    f.ask("AT+HTTPINIT");
    f.ask("AT+HTTPREAD");
    CHECK(f.ids().empty());
  }
  SUBCASE("other commands meanwhile") {
    f.ask("AT+CSQ");
    f.ask("AT+HTTPSTATUS?");
    CHECK(f.ids().empty());
  }
}

TEST_CASE("lint: unheard") {
  SUBCASE("while it starts") {
    LintFixture f(typical, 0s);
    f.say("AT+CSQ\r", 100ms);
    CHECK(f.found() == "unheard: \"AT+CSQ\\r\"");
  }
  SUBCASE("AT finds out whether it listens") {
    LintFixture f(typical, 0s);
    for (int i = 0; i < 5; ++i) f.say("AT\r\n", 100ms);
    CHECK(f.ids().empty());
  }
  SUBCASE("once it is off") {
    LintFixture f(typical);
    f.ask("AT+CPOWD=1");
    f.ask("AT");
    CHECK(f.ids().empty());
    f.ask("AT+CSQ");
    CHECK(f.ids() == "unheard");
  }
}

TEST_CASE("lint: unknown-command") {
  LintFixture f;
  f.ask("AT+CSQQ");
  CHECK(f.found().starts_with("unknown-command: AT+CSQQ; the nearest is AT+CSQ"));
  SUBCASE("what other modules have may be tried") {
    for (const char* line :
         {"AT+CEREG?", "AT+CESQ", "AT+CNSMOD?", "AT+CPOS=?", "AT+XYZZY", "AT+CSQ=5", "AT+CMGS=1,2,3"})
      f.ask(line);
    CHECK(f.listener.linter.findings().size() == 1);
  }
}

TEST_CASE("lint: hurried-retry") {
  LintFixture f;
  SUBCASE("without a pause") {
    for (int i = 0; i < 3; ++i) f.say("AT+HTTPTERM\r", 10ms);
    CHECK(f.found() == "hurried-retry: AT+HTTPTERM was refused 2 times, each time sent again within 100 ms");
  }
  SUBCASE("with one") {
    for (int i = 0; i < 9; ++i) f.say("AT+HTTPTERM\r", 200ms);
    CHECK(f.ids().empty());
  }
  SUBCASE("what is answered may be asked again") {
    for (int i = 0; i < 9; ++i) f.say("AT+CSQ\r", 10ms);
    CHECK(f.ids().empty());
  }
}

TEST_CASE("lint: line-end and long-line") {
  LintFixture f;
  f.ask("AT+CREG?");
  SUBCASE("LF alone") {
    f.say("AT+CSQ\n", 1s);
    CHECK(f.found() == "line-end: AT+CSQ ended with LF alone");
  }
  SUBCASE("a backslash") {
    f.say("AT+CSQ\\r\r", 1s);
    CHECK(f.ids() == "line-end");
  }
  SUBCASE("CR LF") {
    f.say("AT+CSQ\r\nAT\r\n", 1s);
    CHECK(f.ids() == "early-line");
  }
  SUBCASE("too long") {
    f.ask("AT+CMGF=" + std::string(560, '1'));
    CHECK(f.ids() == "long-line");
  }
  SUBCASE("as long as it may be") {
    f.ask("AT+CMGF=" + std::string(556 - 6, '1'));
    CHECK(f.ids().empty());
  }
}

TEST_CASE("lint: unread-registration") {
  LintFixture f;
  SUBCASE("nobody asked") {
    f.ask("AT+SAPBR=3,1,\"APN\",\"a\"");
    CHECK(f.ids().empty());
    f.ask("AT+SAPBR=1,1");
    f.ask("AT+SAPBR=1,1");
    CHECK(f.found() == "unread-registration: AT+SAPBR=1,1, and neither AT+CREG nor AT+CGREG before it");
  }
  for (const char* asked : {"AT+CREG?", "AT+CREG=1", "AT+CGREG?", "AT+COPS?", "AT+CSQ;+CREG?"}) {
    SUBCASE(asked) {
      f.ask(asked);
      f.ask("AT+SAPBR=1,1");
      CHECK(f.ids().empty());
    }
  }
}

TEST_CASE("lint: data mode and a client that leaves are no business of its") {
  LintFixture f;
  f.ask("AT+CREG?");
  f.ask("AT+CMUX=0");
  f.say(
      "\xf9\x03\x3f\x01\x1c\xf9"
      "AT+CSQ\rAT\r",
      1s);
  CHECK(f.ids().empty());
}

TEST_CASE("lint: the number of findings is bounded") {
  Linter linter;
  for (int i = 0; i < 300; ++i) {
    const std::string line = fmt::format("+A{}", i), bytes = fmt::format("AT{}\rAT\r", line);
    linter.event({.at = 0s, .name = "rx", .channel = "c", .text = bytes});
    linter.event({.at = 0s, .name = "command", .channel = "c", .text = line});
    linter.event({.at = 0s, .name = "result", .channel = "c", .text = "OK"});
    linter.event({.at = 0s, .name = "command", .channel = "c", .text = ""});
    linter.event({.at = 0s, .name = "result", .channel = "c", .text = "OK"});
  }
  CHECK(linter.findings().size() == Linter::most_findings);
  CHECK(linter.dropped() == 100);
}

}  // namespace sim800::test
