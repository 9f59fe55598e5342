// SPDX-License-Identifier: MIT
// Faults of transfers, as libcurl's and the sockets' side of the program asks for them.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

using User = TransferKind::User;

std::string fault(const std::string& on, const std::string& action, const std::string& rest = "") {
  return FaultFixture::with("{\"on\": {" + on + "}, \"do\": " + action + rest + "}");
}

const TransferKind get{.user = User::http, .verb = "GET", .target = "http://www.sim.com/a?x=1"};
const TransferKind ftp_put{.user = User::ftp, .verb = "put"};
const TransferKind socket_1{.user = User::socket, .target = "example.org", .socket = 1};
const TransferKind ntp{.user = User::socket, .target = "pool.ntp.org", .socket = -1};

constexpr Phase all_phases[] = {Phase::dns,     Phase::connect, Phase::tls,    Phase::login,
                                Phase::command, Phase::request, Phase::header, Phase::data};

}  // namespace

TEST_CASE("transfer triggers: which transfers") {
  struct Row {
    const char* on;
    TransferKind kind;
    bool watched;
  };
  const Row rows[] = {
      {R"("http": {})", get, true},
      {R"("http": {})", ftp_put, false},
      {R"("http": {"method": "GET"})", get, true},
      {R"("http": {"method": "POST"})", get, false},
      {R"("http": {"url": "sim\\.com/a"})", get, true},
      {R"("http": {"url": "^/a"})", get, false},
      {R"("http": {"method": "GET", "url": "^/a"})", get, false},
      {R"("ftp": {})", ftp_put, true},
      {R"("ftp": {"verb": "put"})", ftp_put, true},
      {R"("ftp": {"verb": "get"})", ftp_put, false},
      {R"("socket": {})", socket_1, true},
      {R"("socket": {"id": 1})", socket_1, true},
      {R"("socket": {"id": 0})", socket_1, false},
      {R"("socket": {"host": "^example"})", socket_1, true},
      {R"("socket": {"host": "sim"})", socket_1, false},
      {R"("socket": {})", get, false},
      {R"("socket": {})", ntp, true},
      {R"("socket": {"host": "ntp"})", ntp, true},
      {R"("socket": {"id": 0})", ntp, false},  // an id is one of the toolkit's
  };
  for (const Row& row : rows) {
    CAPTURE(row.on);
    FaultFixture fixture(fault(row.on, R"({"delay": "1s"})"));
    CHECK((fixture.faults.watch(row.kind) != nullptr) == row.watched);
  }
}

TEST_CASE("transfer triggers: each phase, once in a transfer") {
  const std::pair<const char*, Phase> words[] = {
      {"dns", Phase::dns},         {"connect", Phase::connect}, {"tls", Phase::tls},       {"login", Phase::login},
      {"command", Phase::command}, {"request", Phase::request}, {"header", Phase::header}, {"data", Phase::data}};
  for (const auto& [text, phase] : words) {
    CAPTURE(text);
    const bool ftp = phase == Phase::login || phase == Phase::command;
    FaultFixture fixture(
        fault(fmt::format(R"("{}": {{"phase": "{}"}})", ftp ? "ftp" : "http", text), R"({"delay": "1s"})"));
    const auto watch = fixture.faults.watch(ftp ? ftp_put : get);
    for (int round = 0; round < 2; ++round) {
      for (const Phase reached : all_phases) {
        const bool due = reached == phase && round == 0;
        CHECK(watch->wants(reached) == due);
        CHECK(watch->reached(reached).nothing() == !due);
      }
    }
  }
  FaultFixture fixture(fault(R"("http": {})", R"({"delay": "1s"})"));
  const auto watch = fixture.faults.watch(get);
  CHECK(watch->wants(Phase::data));
  CHECK(watch->reached(Phase::connect).hold == 1s);  // whatever comes first
  CHECK_FALSE(watch->wants(Phase::data));
  CHECK(watch->reached(Phase::data).nothing());
}

TEST_CASE("transfer triggers: so many bytes, of one direction or whichever is first") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"socket": {"after_bytes": 100, "direction": "down"}}, "do": {"connection": "close"}},
         {"on": {"socket": {"phase": "data", "after_bytes": 50}}, "do": {"delay": "1s"}})"));
  const auto watch = fixture.faults.watch(socket_1);
  CHECK(watch->reached(Phase::data).nothing());
  CHECK(watch->next_stop(Direction::up) == 50);
  CHECK(watch->next_stop(Direction::down) == 50);
  CHECK(watch->moved(Direction::down, 49).nothing());
  CHECK(watch->moved(Direction::up, 50).hold == 1s);
  CHECK(watch->next_stop(Direction::up) == TransferWatch::never);
  CHECK(watch->next_stop(Direction::down) == 100);
  CHECK(watch->moved(Direction::up, 1000).nothing());
  CHECK(watch->moved(Direction::down, 100).cut == Verdict::Cut::close);
  CHECK(watch->next_stop(Direction::down) == TransferWatch::never);
}

TEST_CASE("transfer actions: what becomes of the verdict") {
  const auto verdict = [](const std::string& action) {
    FaultFixture fixture(fault(R"("http": {})", action));
    return fixture.faults.watch(get)->reached(Phase::dns);
  };
  CHECK(verdict(R"({"http_status": 604})").code == 604);
  CHECK(verdict(R"({"delay": "2s"})").hold == 2s);
  CHECK(verdict(R"([{"delay": "2s"}, {"delay": "3s"}])").hold == 5s);
  CHECK(verdict(R"({"silence": "10s"})").hold == 10s);
  CHECK(verdict(R"({"silence": true})").hold == Verdict::forever);
  CHECK(verdict(R"([{"silence": true}, {"delay": "1s"}])").hold == Verdict::forever);
  CHECK(verdict(R"({"dns": "fail"})").dns_fails);
  CHECK(verdict(R"({"connection": "reset"})").cut == Verdict::Cut::reset);
  CHECK(verdict(R"({"connection": "close"})").cut == Verdict::Cut::close);
  CHECK(verdict(R"({"truncate_after": 1000})").truncate_after == 1000);
  CHECK(verdict(R"({"urc": "RING"})").nothing());
  FaultFixture ftp(fault(R"("ftp": {"phase": "login"})", R"({"ftp_error": 72})"));
  CHECK(ftp.faults.watch(ftp_put)->reached(Phase::login).code == 72);
}

TEST_CASE("faults count over transfers, and say whether connections must pass through a relay") {
  FaultFixture third(fault(R"("ftp": {"phase": "data"}, "nth": 3)", R"({"connection": "reset"})"));
  CHECK(third.faults.needs_relay());
  std::string cuts;
  for (int i = 0; i < 5; ++i)
    cuts += third.faults.watch(ftp_put)->reached(Phase::data).cut == Verdict::Cut::none ? '-' : 'R';
  CHECK(cuts == "--R--");
  CHECK(FaultFixture(fault(R"("http": {})", R"({"truncate_after": 1})")).faults.needs_relay());
  CHECK_FALSE(FaultFixture(fault(R"("http": {})", R"([{"delay": "1s"}, {"dns": "fail"}, {"http_status": 601}])"))
                  .faults.needs_relay());
}

TEST_CASE("a transfer that sets off what ends the module: nothing is left of it") {
  for (const char* action : {R"({"reset": true})", R"({"power": "loss"})", R"({"freeze": true})",
                             R"({"sim": "removed"})", R"({"bearer": "lost"})", R"({"registration": "denied"})"}) {
    CAPTURE(action);
    FaultFixture fixture(fault(R"("http": {"phase": "data"})", action));
    fixture.ask("AT+SAPBR=1,1");
    fixture.ask("AT+HTTPINIT;+HTTPPARA=\"URL\",\"http://www.sim.com/\"");
    fixture.ask("AT+HTTPACTION=0");
    CHECK(fixture.http.running == 1);
    const auto watch = fixture.faults.watch(get);
    watch->reached(Phase::data);
    CHECK(fixture.http.running == 1);  // not within the transfer's own call
    fixture.wait(0s);
    CHECK(fixture.http.running == 0);
  }
}

}  // namespace sim800::test
