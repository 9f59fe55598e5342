// SPDX-License-Identifier: MIT
// Steps of a fault or an event: waits, repetitions, captures; conditions; changes that revert.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "emulator/network/network.hpp"
#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

FaultFixture with(std::string_view list, std::uint64_t seed = 1) {
  return FaultFixture(FaultFixture::with(list), true, seed);
}

std::string line(const std::string& text) { return "\r\n" + text + "\r\n"; }

}  // namespace

TEST_CASE("steps: the signal drops for ten seconds, two seconds after registration") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"event": "registered"}, "do": [{"wait": "2s"}, {"signal": {"rssi": 3}, "for": "10s"}]})"));
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  fixture.wait(1999ms);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  fixture.wait(1ms);
  CHECK(fixture.ask("AT+CSQ") == line("+CSQ: 3,0") + OK);
  fixture.wait(9999ms);
  CHECK(fixture.ask("AT+CSQ") == line("+CSQ: 3,0") + OK);
  fixture.wait(1ms);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
}

TEST_CASE("steps: repetitions, one inside another, and what follows them") {
  auto fixture = with(R"({"on": {"command": "ATI"}, "times": 1, "do": [
      {"repeat": {"times": 2, "do": [{"urc": "A", "place": "after"}, {"wait": "1s"},
                                     {"repeat": {"times": 2, "do": [{"urc": "B"}, {"wait": "1s"}]}}]}},
      {"urc": "C"}]})");
  fixture.ask("ATI");
  std::string said;
  for (int second = 0; second < 8; ++second) said += fixture.wait(1s);
  CHECK(said == line("B") + line("B") + line("B") + line("B") + line("C"));  // the second A waits for a command
}

TEST_CASE("steps: without times a repetition never ends") {
  FaultFixture fixture(R"({"events": [{"after": "0s", "do": {"repeat": {"do": [{"urc": "X"}, {"wait": "1min"}]}}}]})");
  for (int minute = 0; minute < 100; ++minute) CHECK(fixture.wait(1min) == line("X"));
}

TEST_CASE("steps: a range of waits follows the seed") {
  const auto when = [](std::uint64_t seed) {
    auto fixture = with(R"({"on": {"command": "ATI"}, "do": [{"wait": ["1s", "4s"]}, {"urc": "X"}]})", seed);
    fixture.ask("ATI");
    const TimePoint asked = fixture.clock.now();
    while (fixture.wait(1ms).empty()) {
    }
    return fixture.clock.now() - asked;
  };
  CHECK(when(1) == when(1));
  CHECK(when(1) != when(2));
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    CHECK(when(seed) >= 1s);
    CHECK(when(seed) <= 4s);
  }
}

TEST_CASE("steps: a wait for a trigger acts on what has ended it") {
  auto fixture = with(R"x({"on": {"command": "ATI"}, "times": 1, "do": [
      {"wait": {"command": "AT+CSQ", "nth": 2}}, {"cme": 3}, {"wait": {"urc": "RING (.*)"}}, {"urc": "<$1>"}]})x");
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  fixture.ask("ATI");
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  CHECK(fixture.ask("AT+CSQ") == line("+CME ERROR: 3"));
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  fixture.modem.urc("RING twice");
  CHECK(fixture.wait(0s) == line("RING twice") + line("<twice>"));
  fixture.modem.urc("RING again");
  CHECK(fixture.wait(0s) == line("RING again"));
}

TEST_CASE("steps: what a regular expression has found can be said") {
  auto fixture =
      with(R"x({"on": {"line": "^AT\\+X=(\\d+),(\\w*)"}, "do": [{"result": "OK", "lines": ["+X: $2,$1 $$5 of $0"]}]},
                          {"on": {"command": "ATI"}, "do": {"urc": "costs $5"}})x");
  CHECK(fixture.ask("AT+X=12,ab") == line("+X: ab,12 $5 of AT+X=12,ab") + OK);
  CHECK(fixture.ask("ATI").ends_with(line("costs $5")));
}

TEST_CASE("steps: actions on the next command where none is the trigger") {
  auto fixture = with(R"({"on": {"time": "1s"}, "do": [{"cme": 3}, {"delay": "2s"}]},
                         {"on": {"time": "20s"}, "do": {"urc": "IN", "place": "inside"}})");
  fixture.ask("AT+CMEE=1");
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CSQ").empty());
  CHECK(fixture.wait(2s) == line("+CME ERROR: 3"));
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  fixture.wait(20s);
  CHECK(fixture.ask("AT+CSQ") == CSQ + line("IN") + OK);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
}

TEST_CASE("steps: connections end by any trigger: those in progress, else the next") {
  for (const bool running : {true, false}) {
    auto fixture = with(R"({"on": {"command": "ATI"}, "do": {"connection": "reset"}})");
    std::vector<Verdict::Cut> cuts;
    const auto listen = [&](TransferWatch& watch) {
      watch.interrupt = [&cuts](const Verdict& verdict) { cuts.push_back(verdict.cut); };
    };
    std::unique_ptr<TransferWatch> one, other;
    if (running) {
      one = fixture.faults.watch({.user = TransferKind::User::http});
      other = fixture.faults.watch({.user = TransferKind::User::socket});
      listen(*one);
      listen(*other);
    }
    fixture.ask("ATI");
    CHECK(cuts == std::vector<Verdict::Cut>(running ? 2 : 0, Verdict::Cut::reset));
    const auto next = fixture.faults.watch({.user = TransferKind::User::ftp});
    CHECK((next->reached(Phase::dns).cut == Verdict::Cut::reset) != running);
    CHECK(next->reached(Phase::connect).nothing());
  }
}

TEST_CASE("steps: changes revert when their time is up") {
  struct Row {
    const char *action, *asks, *before, *during;
  };
  const Row rows[] = {
      {R"({"signal": {"rssi": 5, "ber": 1}, "for": "5s"})", "AT+CSQ", "+CSQ: 21,0", "+CSQ: 5,1"},
      {R"({"registration": "denied", "for": "5s"})", "AT+CREG?", "+CREG: 0,1", "+CREG: 0,3"},
      {R"({"temperature": 85, "for": "5s"})", "AT+CMTE?", "+CMTE: 0,25.00", "+CMTE: 0,85.00"},
      {R"({"sim": "removed", "for": "5s"})", "AT+CSMINS?", "+CSMINS: 0,1", "+CSMINS: 0,0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.action);
    auto fixture = with(R"({"on": {"command": "ATI"}, "do": )" + std::string(row.action) + "}");
    const auto shown = [&] {
      const std::string answer = fixture.ask(row.asks);
      return answer.substr(2, answer.find("\r\n", 2) - 2);
    };
    CHECK(shown() == row.before);
    fixture.ask("ATI");
    fixture.wait(4s);
    CHECK(shown() == row.during);
    fixture.wait(1s);
    fixture.wait(1s);
    CHECK(shown() == row.before);
  }
}

TEST_CASE("steps: the supply dips, and the key brings the module back") {
  auto fixture = with(R"({"on": {"command": "ATI"}, "times": 1, "do": [
      {"supply": "under-voltage-off", "for": "3s"}, {"wait": {"power": "off"}}, {"wait": "4s"}, {"power": "key"}]})");
  fixture.ask("AT+CBATCHK=1");
  CHECK(fixture.ask("ATI").ends_with(line("UNDER-VOLTAGE POWER DOWN")));
  CHECK(fixture.say("AT\r").empty());
  CHECK(fixture.wait(3999ms).empty());
  CHECK(fixture.wait(1ms).starts_with(line("RDY")));
  CHECK(fixture.modem.supply() == Supply::normal);
}

TEST_CASE("steps: conditions") {
  FaultFixture fixture(R"({"faults": [
      {"on": {"command": "AT+CSQ"}, "do": {"urc": "WEAK"}, "when": {"signal": {"below": 5}}},
      {"on": {"command": "AT+CSQ"}, "do": {"urc": "STRONG"}, "when": {"signal": {"above": 5}, "registration": "home"}},
      {"on": {"command": "AT+CSQ"}, "do": {"urc": "BAD"}, "when": {"state": "bad"}},
      {"on": {"line": "^AT\\+X"}, "do": [{"result": "OK"}, {"signal": {"rssi": 4}}, {"state": "bad", "for": "1s"}]}]})");
  CHECK(fixture.ask("AT+CSQ").ends_with(OK + line("STRONG")));
  fixture.ask("AT+X");
  CHECK(fixture.ask("AT+CSQ").ends_with(OK + line("WEAK") + line("BAD")));
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CSQ").ends_with(OK + line("WEAK")));
  fixture.modem.network->set_signal(5, 0);
  CHECK(fixture.ask("AT+CSQ").ends_with(OK));
}

TEST_CASE("triggers: messages, calls, states, power, DCD") {
  FaultFixture fixture(R"x({"faults": [
      {"on": {"sms_sent": {"number": "123$", "text": "^GO (\\d+)"}}, "do": {"urc": "SENT $1"}},
      {"on": {"dialled": "^(0\\d)"}, "do": {"urc": "DIALLED $1"}},
      {"on": {"state": "s"}, "do": {"urc": "STATE"}},
      {"on": {"urc": "STATE"}, "do": {"state": "t"}},
      {"on": {"command": "ATI"}, "do": {"state": "s"}},
      {"on": {"power": "reset"}, "do": [{"wait": {"event": "boot"}}, {"urc": "BACK"}]},
      {"on": {"level": {"DCD": "high"}}, "do": {"raw": "21"}}]})x");
  fixture.ask("AT+CMGF=1");
  fixture.say("AT+CMGS=\"+420123\"\r");
  CHECK(fixture.say("GO 17\x1A").find(line("SENT 17")) != std::string::npos);
  fixture.say("AT+CMGS=\"+420124\"\r");
  CHECK(fixture.say("GO 17\x1A").find("SENT") == std::string::npos);
  CHECK(fixture.say("ATD0123;\r").find(line("DIALLED 01")) != std::string::npos);
  fixture.ask("ATH");
  CHECK(fixture.ask("ATI").ends_with(line("STATE")));
  CHECK(fixture.faults.state() == "t");
  fixture.modem.reset();
  CHECK(fixture.wait(1s).find(line("RDY")) != std::string::npos);
  CHECK(fixture.faults.never_fired() == std::vector<std::string>{"/faults/6: level DCD=high"});
  fixture.ask("AT&C1");
  fixture.say("AT+HTTPINIT\r");
  CHECK(fixture.say("AT+HTTPDATA=3,1000\r").find("DOWNLOAD") != std::string::npos);
  CHECK(fixture.faults.never_fired().empty());
}

TEST_CASE("triggers: what passes on a socket, and the n-th session") {
  FaultFixture fixture(R"x({"faults": [
      {"on": {"socket": {"match": "PO(.)T"}}, "do": {"urc": "SAW $1"}},
      {"on": {"ftp": {"verb": "put", "phase": "data", "after_bytes": 10, "session": 2}}, "do": {"connection": "reset"}}]})x");
  const auto socket = fixture.faults.watch({.user = TransferKind::User::socket});
  CHECK(socket->wants_content());
  CHECK(socket->content(Direction::up, "xxPO").nothing());
  CHECK(socket->content(Direction::down, "ST").nothing());
  CHECK(fixture.wait(0s).empty());
  static_cast<void>(socket->content(Direction::up, "ST POST"));
  CHECK(fixture.wait(0s) == line("SAW S"));
  static_cast<void>(socket->content(Direction::up, "POPT"));
  CHECK(fixture.wait(0s) == line("SAW P"));
  const TransferKind put{.user = TransferKind::User::ftp, .verb = "put"};
  std::string cuts;
  for (int i = 0; i < 3; ++i) {
    const auto get = fixture.faults.watch({.user = TransferKind::User::ftp, .verb = "get"});
    const auto watch = fixture.faults.watch(put);
    cuts += watch && watch->moved(Direction::up, 10).cut == Verdict::Cut::reset ? 'R' : '-';
  }
  CHECK(cuts == "-R-");
}

TEST_CASE("a message arrives inside an answer, with its URC, and can be read") {
  auto fixture = with(R"({"on": {"command": "AT+CSQ"}, "times": 1,
      "do": {"sms": {"from": "+420123", "text": "Hello"}, "place": "inside"}})");
  fixture.ask("AT+CMGF=1");
  CHECK(fixture.ask("AT+CSQ") == CSQ + line("+CMTI: \"SM\",1") + OK);
  CHECK(fixture.ask("AT+CMGR=1").find("Hello") != std::string::npos);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
}

TEST_CASE("raw bytes leave as they are") {
  auto fixture = with(
      R"({"on": {"command": "AT+CSQ"}, "do": [{"raw": "00FF", "place": "before"}, {"raw": "0D0A", "place": "inside"}, {"raw": "455252"}]},
                         {"on": {"time": "1s"}, "do": {"raw": "4142"}})");
  CHECK(fixture.ask("AT+CSQ") == std::string("\0\xFF", 2) + CSQ + "\r\n" + OK + "ERR");
  CHECK(fixture.wait(1s) == "AB");
}

TEST_CASE("faults have names and tags in the report") {
  auto fixture =
      with(R"({"on": {"command": "AT+CSQ"}, "do": {"cme": 3}, "name": "late dip", "tags": ["radio", "slow"]})");
  CHECK(fixture.faults.never_fired() ==
        std::vector<std::string>{"/faults/0 \"late dip\" [radio, slow]: command AT+CSQ"});
}

TEST_CASE("latencies drawn from a range are drawn anew for each command, by the seed") {
  const auto times = [](std::uint64_t seed) {
    FaultFixture fixture(R"({"timing": {"overrides": {"answer": ["10ms", "90ms"]}}})", true, seed);
    fixture.wait(1min);
    std::vector<Duration> all;
    for (int i = 0; i < 8; ++i) {
      const TimePoint asked = fixture.clock.now();
      std::string said = fixture.say("AT\r");
      while (said.find(OK) == std::string::npos) said += fixture.wait(1ms);
      all.push_back(fixture.clock.now() - asked);
      CHECK(all.back() >= 10ms);
      CHECK(all.back() <= 90ms);
    }
    return all;
  };
  const auto one = times(1);
  CHECK(one == times(1));
  CHECK(one != times(2));
  CHECK(one != std::vector<Duration>(one.size(), one.front()));
}

TEST_CASE("subscribers answer messages and call back") {
  FaultFixture fixture(R"x({"network": {"numbers": {"+420123": {"calls_back": "9s", "replies": [
      {"text": "^STATUS (\\w+)", "after": "5s", "reply": "OK $1"}, {"text": ".*", "reply": "what?"}]}}}})x");
  fixture.ask("AT+CMGF=1");
  fixture.ask("AT+CNMI=2,2");
  const auto send = [&](const std::string& number, const std::string& text) {
    fixture.say("AT+CMGS=\"" + number + "\"\r");
    fixture.say(text + "\x1A");
  };
  send("420123", "STATUS pump");
  CHECK(fixture.wait(4s).empty());
  CHECK(fixture.wait(2s).find(line("OK pump").substr(2)) != std::string::npos);
  send("+420123", "hello");
  CHECK(fixture.wait(6s).find("what?") != std::string::npos);
  send("+420124", "STATUS pump");
  CHECK(fixture.wait(1min).empty());
  fixture.say("ATD+420123;\r");
  fixture.say("ATH\r");
  CHECK(fixture.wait(10s).find("RING") != std::string::npos);
  CHECK(fixture.faults.never_fired().empty());
}

TEST_CASE("the line gives what the module sends in pieces") {
  FaultFixture fixture(R"({"serial": {"slice": 4, "gap": "10ms"}})");
  fixture.wait(1s);
  std::string all = fixture.say("ATE0\r");
  CHECK(all == "ATE0");
  std::vector<std::string> pieces;
  for (int i = 0; i < 4; ++i) pieces.push_back(fixture.wait(10ms));
  CHECK(pieces == std::vector<std::string>{"\r\r\nO", "K\r\n", "", ""});
  CHECK(fixture.say("AT\r") == "\r\nOK");
  CHECK(fixture.wait(9ms).empty());
  CHECK(fixture.wait(1ms) == "\r\n");

  FaultFixture late(
      FaultFixture::with(R"({"on": {"command": "ATE"}, "do": {"serial": {"slice": 2, "gap": "1ms"}, "for": "1s"}})"));
  CHECK(late.ask("AT+CSQ") == CSQ + OK);
  late.say("ATE0\r");
  late.wait(100ms);
  CHECK(late.say("AT\r") == "\r\n");
  CHECK(late.wait(1ms) == "OK");
  late.wait(2s);
  CHECK(late.say("AT\r") == OK);
}

TEST_CASE("bytes are lost in bursts") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"time": "1s"}, "do": {"serial": {"drop": 1, "burst": 1000000, "direction": "tx"}, "for": "1s"}})"));
  fixture.wait(1s);
  CHECK(fixture.say("AT\r").empty());
}

}  // namespace sim800::test
