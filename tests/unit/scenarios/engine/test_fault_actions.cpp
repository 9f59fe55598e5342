// SPDX-License-Identifier: MIT
// What faults and events do to the module, the radio link and the serial line.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

std::string event_at_1s(const std::string& action) {
  return "{\"events\": [{\"after\": \"1s\", \"do\": " + action + "}]}";
}

std::string on_csq(const std::string& action) {
  return FaultFixture::with("{\"on\": {\"command\": \"AT+CSQ\"}, \"do\": " + action + ", \"times\": 1}");
}

/// The bits in which two texts of one length differ.
int bits_apart(std::string_view a, std::string_view b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) bits += __builtin_popcount(static_cast<unsigned char>(a[i] ^ b[i]));
  return bits;
}

}  // namespace

TEST_CASE("actions on the module: what is said of it, and what it answers then") {
  struct Row {
    const char* action;
    const char* before;  ///< commands given before
    std::string said;
    const char* ask;
    std::string answer;
  };
  const std::string deact = "\r\n+SAPBR 1: DEACT\r\n";
  const Row rows[] = {
      {R"({"registration": "denied"})", "AT+CREG=1", "\r\n+CREG: 3\r\n", "AT+CREG?", "\r\n+CREG: 1,3\r\n" + OK},
      {R"({"registration": "home"})", "AT+CREG=1", "", "AT+CREG?", "\r\n+CREG: 1,1\r\n" + OK},
      {R"({"registration": "roaming"})", "AT+CREG=1", "\r\n+CREG: 5\r\n", "AT", OK},
      {R"({"registration": "searching"})", "AT+CREG=1", "\r\n+CREG: 2\r\n", "AT", OK},
      {R"({"registration": "unknown"})", "AT+CREG=1", "\r\n+CREG: 4\r\n", "AT", OK},
      {R"({"signal": {"rssi": 3, "ber": 5}})", "AT", "", "AT+CSQ", "\r\n+CSQ: 3,5\r\n" + OK},
      {R"({"signal": {"rssi": 3}})", "AT", "", "AT+CSQ", "\r\n+CSQ: 3,0\r\n" + OK},
      {R"({"sim": "removed"})", "AT", "\r\n+CPIN: NOT READY\r\n", "AT+CPIN?", "\r\nERROR\r\n"},
      {R"([{"sim": "removed"}, {"sim": "inserted"}])", "AT+CIURC=0",
       "\r\n+CPIN: NOT READY\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n", "AT+CPIN?", "\r\n+CPIN: READY\r\n" + OK},
      {R"({"sim": "locked"})", "AT", "\r\n+CPIN: SIM PIN\r\n", "AT+CPIN?", "\r\n+CPIN: SIM PIN\r\n" + OK},
      {R"({"bearer": "lost"})", "AT+SAPBR=1,1", deact, "AT+SAPBR=2,1", "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n" + OK},
      {R"({"pdp": "deactivated"})", "AT+SAPBR=1,1", deact, "AT+SAPBR=2,1", "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n" + OK},
      {R"({"supply": "under-voltage"})", "AT+CBATCHK=1", "\r\nUNDER-VOLTAGE WARNNING\r\n", "AT", OK},
      {R"({"supply": "over-voltage"})", "AT+CBATCHK=1", "\r\nOVER-VOLTAGE WARNNING\r\n", "AT", OK},
      {R"({"supply": "under-voltage-off"})", "AT+CBATCHK=1", "\r\nUNDER-VOLTAGE POWER DOWN\r\n", "AT", ""},
      {R"({"supply": "over-voltage-off"})", "AT+CBATCHK=1", "\r\nOVER-VOLTAGE POWER DOWN\r\n", "AT", ""},
      {R"({"supply": "normal"})", "AT+CBATCHK=1", "", "AT", OK},
      {R"({"temperature": 82})", "AT+CMTE=1", "\r\n+CMTE: 1\r\n", "AT", OK},
      {R"({"temperature": 90})", "AT+CMTE=1", "\r\n+CMTE: 2\r\n", "AT", ""},
      {R"({"silence": "5s"})", "AT", "", "AT", ""},
      {R"({"freeze": true})", "AT", "", "AT", ""},
      {R"({"power": "loss"})", "AT", "", "AT", ""},
      {R"({"urc": "RING"})", "AT", "\r\nRING\r\n", "AT", OK},
      {R"({"sms": {"from": "+49170", "text": "Hi"}})", "AT", "\r\n+CMTI: \"SM\",1\r\n", "AT", OK},
      {R"({"call": {"from": "+49170", "rings": 3}})", "AT", "\r\nRING\r\n", "AT+CPAS", "\r\n+CPAS: 3\r\n" + OK},
      {R"({"ussd": {"text": "Hi"}})", "AT+CUSD=1", "\r\n+CUSD: 0, \"Hi\", 15\r\n", "AT", OK},
  };
  for (const Row& row : rows) {
    CAPTURE(row.action);
    FaultFixture fixture(event_at_1s(row.action));
    fixture.ask("ATE0");
    fixture.ask(row.before);
    CHECK(fixture.wait(1s) == row.said);
    CHECK(fixture.ask(row.ask) == row.answer);
  }
}

TEST_CASE("gprs: lost, refused with a cause, allowed again") {
  const std::string deact = "\r\n+PDP: DEACT\r\n\r\n+SAPBR 1: DEACT\r\n";
  const std::string go_online = "AT+CGREG=1;+CGEREP=1;+CSTT;+CIICR;+SAPBR=1,1";
  struct Row {
    const char* action;
    std::string said, attach;
  };
  const Row rows[] = {
      {R"("lost")", deact + "\r\n+CGEV: NW DETACH\r\n\r\n+CGREG: 0\r\n", "\r\n+CGREG: 1\r\n" + OK},
      {R"("refused")", deact + "\r\n+CGEV: NW DETACH\r\n\r\n+CGREG: 3\r\n", "\r\n+CME ERROR: 107\r\n"},
      {R"({"refused": 11})", deact + "\r\n+CGEV: NW DETACH\r\n\r\n+CGREG: 3\r\n", "\r\n+CME ERROR: 111\r\n"},
      {R"({"refused": 17})", deact + "\r\n+CGEV: NW DETACH\r\n\r\n+CGREG: 3\r\n", "\r\n+CME ERROR: 148\r\n"},
      {R"("allowed")", "", OK},
  };
  for (const Row& row : rows) {
    CAPTURE(row.action);
    FaultFixture fixture(event_at_1s("{\"gprs\": " + std::string(row.action) + "}"));
    fixture.ask("ATE0;+CMEE=1");
    REQUIRE(fixture.ask(go_online).ends_with(OK));
    CHECK(fixture.wait(1s) == row.said);
    CHECK(fixture.ask("AT+CREG?").find("0,1") != std::string::npos);  // calls and messages still work
    CHECK(fixture.ask("AT+CGATT=1") == row.attach);
  }
  FaultFixture fixture(event_at_1s(R"({"gprs": "refused", "for": "10s"})"));
  fixture.ask("ATE0;+CGREG=1");
  CHECK(fixture.wait(1s) == "\r\n+CGREG: 3\r\n");
  CHECK(fixture.ask("AT+SAPBR=1,1") == "\r\nERROR\r\n");
  CHECK(fixture.wait(10s) == "\r\n+CGREG: 1\r\n");
  CHECK(fixture.ask("AT+SAPBR=1,1") == OK);
}

TEST_CASE("gprs: what the network refuses at power-on") {
  FaultFixture fixture(
      R"({"events": [{"after": "1s", "do": {"gprs": "refused"}}, {"after": "2s", "do": {"reset": true}}]})");
  fixture.wait(2s);
  fixture.wait(20s);
  CHECK(fixture.ask("ATE0;+CGREG?").ends_with("\r\n+CGREG: 0,3\r\n" + OK));
}

TEST_CASE("cell: the module goes to a cell, to where there is none, and back") {
  const std::string cells = R"("network": {"cells": [
      {"id": "F9A1", "arfcn": 81, "level": 45}, {"id": "F2A1", "lac": "1823", "arfcn": 14, "level": 30},
      {"id": "0001", "arfcn": 600, "level": 20, "plmn": "46001"}]})";
  FaultFixture fixture("{" + cells + R"(, "events": [
      {"after": "1s", "do": {"cell": "f2a1", "for": "10s"}},
      {"after": "30s", "do": {"cell": "0001"}},
      {"after": "40s", "do": {"cell": "none", "for": "10s"}},
      {"after": "60s", "do": {"cell": "any"}}]})");
  fixture.ask("ATE0;+CREG=2;+CMGF=1");
  CHECK(fixture.wait(1s) == "\r\n+CREG: 1,\"1823\",\"F2A1\"\r\n");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 25,0\r\n" + OK);  // 6 above the other
  CHECK(fixture.wait(10s) == "\r\n+CREG: 1,\"1816\",\"F9A1\"\r\n");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 22,0\r\n" + OK);
  CHECK(fixture.wait(19s) == "\r\n+CREG: 2\r\n\r\n+CREG: 5,\"1816\",\"0001\"\r\n");
  CHECK(fixture.ask("AT+COPS=?").find("46000") == std::string::npos);
  CHECK(fixture.wait(10s).starts_with("\r\n+CREG: 2\r\n"));
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 99,99\r\n" + OK);
  CHECK(fixture.wait(11s).ends_with("\r\n+CREG: 5,\"1816\",\"0001\"\r\n"));
  fixture.wait(9s);
  CHECK(fixture.ask("AT+COPS=0").ends_with("\r\n+CREG: 1,\"1816\",\"F9A1\"\r\n" + OK));

  FaultFixture unplaced(R"({"events": [{"after": "1s", "do": {"cell": "none", "for": "10s"}},
                                       {"after": "30s", "do": {"cell": "F9A1"}}]})");
  unplaced.ask("ATE0;+CREG=1");
  CHECK(unplaced.wait(1s) == "\r\n+CREG: 2\r\n");
  CHECK(unplaced.ask("AT+COPS=?").find("46000") == std::string::npos);
  CHECK(unplaced.wait(10s) == "\r\n+CREG: 1\r\n");
  CHECK(unplaced.wait(30s) == "");  // the scenario has no such cell
}

TEST_CASE("reset, freeze and power loss: what is not saved is lost, PWRKEY brings the module back") {
  for (const char* action : {R"({"reset": true})", R"({"freeze": true})", R"({"power": "loss"})"}) {
    CAPTURE(action);
    FaultFixture fixture(event_at_1s(action));
    fixture.ask("AT+CMEE=1;&W");
    fixture.ask("AT+CMEE=2");
    std::string said = fixture.wait(1s);
    if (std::string_view(action).find("reset") == std::string_view::npos) {
      CHECK(said == "");
      CHECK(fixture.say("AT\r") == "");
      fixture.modem.press_power_key();
      said = fixture.wait(20s);
    }
    CHECK(said.starts_with("\r\nRDY\r\n"));
    CHECK(fixture.ask("AT+CMEE?") == "\r\n+CMEE: 1\r\n" + OK);
  }
}

TEST_CASE("reset, freeze and power loss on a command: it is not answered, and does not run") {
  for (const char* action : {R"({"reset": true})", R"({"freeze": true})", R"({"power": "loss"})"}) {
    CAPTURE(action);
    FaultFixture fixture(FaultFixture::with(R"({"on": {"command": "AT&W"}, "do": )" + std::string(action) + "}"));
    fixture.ask("AT+CMEE=1");
    CHECK(fixture.say("AT&W\r").substr(0, 15) ==
          std::string("AT&W\r\r\nRDY\r\n\r\n+C").substr(0, action[2] == 'r' ? 15 : 5));
    fixture.modem.press_power_key();
    fixture.wait(20s);
    if (action[2] == 'r') fixture.modem.press_power_key();  // that had switched it off
    fixture.wait(20s);
    CHECK(fixture.ask("AT+CMEE?") == "\r\n+CMEE: 0\r\n" + OK);
  }
}

TEST_CASE("what the UART still holds is lost with the module") {
  FaultFixture fixture(R"({"serial": {"baud": 9600, "paced": true}, "faults": [
    {"on": {"serial": {"direction": "tx", "after_bytes": 100}}, "do": {"power": "loss"}, "times": 1}]})",
                       false);
  std::string said = fixture.wait(1s);
  fixture.line.receive("AT&V\r");
  said += fixture.wait(10s);
  CHECK(said.size() == 100);
  CHECK_FALSE(fixture.modem.answers());
  CHECK(fixture.line.unsent() == 0);
}

TEST_CASE("http_status and ftp_error without a transfer of their own: the running one, else the next") {
  using User = TransferKind::User;
  for (const auto& [action, user, code] :
       {std::tuple{R"({"http_status": 604})", User::http, 604}, std::tuple{R"({"ftp_error": 72})", User::ftp, 72}}) {
    CAPTURE(action);
    FaultFixture fixture(on_csq(action));
    const auto other = fixture.faults.watch({.user = User::socket});
    CHECK(other == nullptr);
    auto running = fixture.faults.watch({.user = user});
    REQUIRE(running);
    std::optional<int> ended;
    running->interrupt = [&](const Verdict& verdict) { ended = verdict.code; };
    CHECK(running->reached(Phase::dns).nothing());
    fixture.ask("AT+CSQ");
    CHECK(ended == code);
    running.reset();
    CHECK(fixture.faults.watch({.user = user})->reached(Phase::dns).nothing());

    FaultFixture idle(on_csq(action));
    idle.ask("AT+CSQ");
    CHECK(idle.faults.watch({.user = user})->reached(Phase::dns).code == code);
    CHECK(idle.faults.watch({.user = user})->reached(Phase::dns).nothing());
  }
}

TEST_CASE("link: changed for a while, for good, and one in the other") {
  FaultFixture fixture(R"({"network": {"link": {"latency_ms": 100, "down_kbps": 40}}, "events": [
    {"after": "10s", "do": {"link": {"latency_ms": 2000, "jitter_ms": 0.5}, "for": "30s"}},
    {"after": "20s", "do": {"link": {"latency_ms": 500, "blackhole": true}, "for": "10s"}},
    {"after": "25s", "do": {"link": {"up_kbps": 7}}},
    {"after": "50s", "do": {"link": {"down_kbps": 5}, "for": "1s"}}]})");
  const auto described = [&fixture] {
    const LinkModel& link = fixture.faults.link();
    return fmt::format("{} {} {} {} {}", link.latency / 1ms, link.jitter / 1us, link.down_kbps, link.up_kbps,
                       link.blackhole);
  };
  CHECK(described() == "100 0 40 0 false");
  const std::pair<Duration, const char*> course[] = {
      {10s, "2000 500 40 0 false"}, {10s, "500 500 40 0 true"}, {5s, "500 500 40 7 true"}, {5s, "2000 500 40 7 false"},
      {10s, "100 0 40 7 false"},    {10s, "100 0 5 7 false"},   {1s, "100 0 40 7 false"}};
  for (const auto& [span, expected] : course) {
    fixture.wait(span);
    CHECK(described() == expected);
  }
  CHECK(fixture.links.size() == 7);
  CHECK(fixture.links.back().up_kbps == 7);
  CHECK(fixture.faults.needs_relay());
}

TEST_CASE("serial noise: lost, garbled, doubled, in one direction or both, for a while") {
  const auto noisy = [](const std::string& noise) {
    auto fixture = std::make_unique<FaultFixture>(event_at_1s("{\"serial\": {" + noise + "}, \"for\": \"10s\"}"));
    CHECK(fixture->faults.needs_serial_line());
    fixture->ask("ATE0");
    fixture->wait(1s);
    return fixture;
  };
  CHECK(noisy(R"("drop": 1, "direction": "tx")")->ask("AT") == "");
  CHECK(noisy(R"("drop": 1, "direction": "rx")")->ask("AT") == "");
  CHECK(noisy(R"("duplicate": 1, "direction": "tx")")->ask("AT") == "\r\r\n\nOOKK\r\r\n\n");
  std::string bytes = "ab";
  noisy(R"("duplicate": 1, "direction": "rx")")->faults.pass(SerialDirection::rx, bytes);
  CHECK(bytes == "aabb");
  const std::string garbled = noisy(R"("garble": 1, "direction": "tx")")->ask("AT");
  CHECK(garbled.size() == OK.size());
  CHECK(bits_apart(garbled, OK) == static_cast<int>(OK.size()));
  const auto fixture = noisy(R"("drop": 1)");
  CHECK(fixture->ask("AT") == "");
  fixture->wait(10s);
  CHECK(fixture->ask("AT") == OK);
}

TEST_CASE("serial noise: a later one covers an earlier, and leaves it when it goes") {
  FaultFixture fixture(R"({"events": [
    {"after": "1s", "do": {"serial": {"drop": 1, "direction": "tx"}}},
    {"after": "2s", "do": {"serial": {"duplicate": 1, "direction": "tx"}, "for": "2s"}},
    {"after": "5s", "do": {"serial": {"drop": 0}}}]})");
  fixture.ask("ATE0");
  for (const char* answer : {"\r\nOK\r\n", "", "\r\r\n\nOOKK\r\r\n\n", "\r\r\n\nOOKK\r\r\n\n", "", "\r\nOK\r\n"}) {
    CHECK(fixture.ask("AT") == answer);
    fixture.wait(1s);
  }
}

TEST_CASE("serial noise follows the seed, each direction by itself") {
  const std::string text =
      event_at_1s(R"({"serial": {"drop": 0.1, "garble": 0.1, "duplicate": 0.1, "direction": "tx"}})");
  const auto heard = [&text](std::uint64_t seed) {
    FaultFixture fixture(text, true, seed);
    fixture.ask("ATE0");
    fixture.wait(1s);
    return fixture.ask("AT&V");
  };
  CHECK(heard(1) == heard(1));
  CHECK(heard(1) != heard(2));
}

TEST_CASE("serial triggers: to the byte, in one direction or both, again and again") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"serial": {"direction": "rx", "after_bytes": 5}}, "do": {"urc": "RX5"}},
         {"on": {"serial": {"after_bytes": 1000}, "nth": 2}, "do": {"silence": "1s"}})"));
  fixture.ask("ATE0");  // five bytes
  CHECK(fixture.faults.fired(0) == 1);
  CHECK(fixture.say("AT\rA") == OK);
  CHECK(fixture.say("T") == "\r\nRX5\r\n");
  CHECK(fixture.say("\rAT\rA").ends_with(OK + "\r\nRX5\r\n"));
  for (int i = 0; fixture.faults.fired(1) == 0 && i < 1000; ++i) fixture.say("AT\r");
  CHECK(fixture.faults.fired(1) == 1);
  CHECK(fixture.say("AT\r") == "");
}

TEST_CASE("a fault at a byte acts before the byte behind it") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"serial": {"direction": "rx", "after_bytes": 8}}, "do": {"silence": true}, "times": 1})"));
  CHECK(fixture.say("ATE0\rAT\rAT\r") == "ATE0\r" + OK + OK);  // the eighth is the CR of the first AT
}

}  // namespace sim800::test
