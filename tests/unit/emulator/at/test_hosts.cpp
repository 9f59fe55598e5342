// SPDX-License-Identifier: MIT
// Hosts that read as well-known drivers do, in field time: what they rely on is when bytes come, and what comes
// together.
#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// The host's receiver.
struct Receiver final : Port {
  void send(std::string_view bytes) override { waiting += bytes; }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}
  std::string waiting;
};

struct Host : ModuleFixture {
  explicit Host(World given = World{}) : ModuleFixture(std::move(given)), line(modem.attach(receiver, "host")) {}
  Receiver receiver;
  Channel& line;
};

/// Ostaquet's Arduino driver: writes a line piece by piece, throws away what it has received by then, and reads up to
/// the second CR LF.
struct Purging : Host {
  std::string exchange(const std::vector<std::string>& pieces, int line_ends = 2) {
    receiver.waiting.clear();
    for (const std::string& piece : pieces) {
      line.receive(piece);
      clock.advance(2ms);  // 9600 baud: it takes some time
    }
    line.receive("\r\n");
    receiver.waiting.clear();
    std::string got;
    int ends = 0;
    for (int millisecond = 0; millisecond < 5000 && ends < line_ends; ++millisecond) {
      clock.advance(1ms);
      while (!receiver.waiting.empty() && ends < line_ends) {
        got += receiver.waiting.front();
        receiver.waiting.erase(0, 1);
        if (got.ends_with("\r\n")) ++ends;
      }
    }
    return got;
  }
};

/// Nimaltd's STM32 driver: what comes within 10 ms belongs together, and is searched once.
struct Splitting : Host {
  /// The first unit that contains `wanted`.
  std::optional<std::string> exchange(std::string_view typed, std::string_view wanted, int limit_ms) {
    line.receive(typed);
    std::string unit;
    int silent = 0;
    for (int millisecond = 0; millisecond < limit_ms; ++millisecond) {
      clock.advance(1ms);
      ++silent;
      if (!receiver.waiting.empty()) {
        unit += receiver.waiting;
        receiver.waiting.clear();
        silent = 0;
      }
      if (unit.empty() || silent <= 10) continue;
      if (unit.find(wanted) != unit.npos) return unit;
      unit.clear();
    }
    return std::nullopt;
  }
};

/// ESPHome's component: line by line without CR, and after a command the next line that is not empty is its answer.
struct LineByLine : Host {
  std::string next_line(int limit_ms = 5000) {
    for (int millisecond = 0; millisecond < limit_ms; ++millisecond) {
      while (!receiver.waiting.empty()) {
        const char c = receiver.waiting.front();
        receiver.waiting.erase(0, 1);
        if (c == '\r') continue;
        if (c != '\n') {
          typed += c;
        } else if (!typed.empty()) {
          return std::exchange(typed, {});
        }
      }
      clock.advance(1ms);
    }
    return "nothing";
  }
  std::string typed;
};

/// attentive and others: what one read() returns is one message.
struct ByReads : Host {
  std::vector<std::string> reads(Duration span) {
    std::vector<std::string> all;
    for (Duration passed{}; passed < span; passed += 1ms) {
      clock.advance(1ms);
      if (!receiver.waiting.empty()) all.push_back(std::exchange(receiver.waiting, {}));
    }
    return all;
  }
};

}  // namespace

TEST_CASE("a host that empties its receiver after sending sees every echo whole") {
  Purging host;
  CHECK(host.exchange({"AT"}) == "AT\r\r\nOK\r\n");
  CHECK(host.exchange({"ATE1&W"}) == "ATE1&W\r\r\nOK\r\n");
  CHECK(host.exchange({"AT+CSQ"}) == "AT+CSQ\r\r\n+CSQ: 21,0\r\n");
  CHECK(host.exchange({"ATI"}) == "ATI\r\r\nSIM800 R14.18\r\n");
  CHECK(host.exchange({"AT+GMR"}).starts_with("AT+GMR\r\r\nRevision:"));
  CHECK(host.exchange({"AT+CCID"}).starts_with("AT+CCID\r\r\n8986"));
  CHECK(host.exchange({"AT+CREG?"}) == "AT+CREG?\r\r\n+CREG: 0,1\r\n");
  CHECK(host.exchange({"AT+SAPBR=3,1,\"APN\",", "\"", "internet", "\""}).ends_with("\r\r\nOK\r\n"));
  CHECK(host.exchange({"AT+SAPBR=1,1"}) == "AT+SAPBR=1,1\r\r\nOK\r\n");
  CHECK(host.exchange({"AT+HTTPINIT"}).ends_with("\r\r\nOK\r\n"));
  CHECK(host.exchange({"AT+HTTPPARA=\"URL\",", "\"", "http://a.test/", "\""}) ==
        "AT+HTTPPARA=\"URL\",\"http://a.test/\"\r\r\nOK\r\n");
  CHECK(host.exchange({"AT+HTTPDATA=5,10000"}) == "AT+HTTPDATA=5,10000\r\r\nDOWNLOAD\r\n");
}

TEST_CASE("a host that takes 10 ms of silence for an end gets echo and answer together") {
  Splitting host;
  CHECK(host.exchange("AT+GSN\r\n", "AT+GSN", 1000) == "AT+GSN\r\r\n866104020304051\r\n" + OK);
  CHECK(host.exchange("AT+GMM\r\n", "AT+GMM", 1000) == "AT+GMM\r\r\nSIMCOM_SIM800L\r\n" + OK);
  CHECK(host.exchange("AT+CIMI\r\n", "AT+CIMI", 1000) == "AT+CIMI\r\r\n460001234567890\r\n" + OK);
  CHECK(host.exchange("AT+CCID\r\n", "AT+CCID", 1000) == "AT+CCID\r\r\n89860012345678901234\r\n" + OK);
  CHECK(host.exchange("AT+CMGF=1\r\n", "\r\nOK\r\n", 1000).has_value());
  for (int message = 0; message < 2; ++message) {
    CHECK(host.exchange("AT+CMGS=\"+420123456789\"\r\n", "\r\r\n> ", 5000).has_value());
    CHECK(host.exchange("Hello\x1a", "\r\n+CMGS:", 60'000).has_value());
  }
}

TEST_CASE("a host that takes the next line for the answer is not misled by control characters") {
  LineByLine host;
  for (int round = 0; round < 2; ++round) {  // at its start, and after each time-out
    host.line.receive(
        "\x1a"
        "AT\r\n");
    const std::string first = host.next_line();
    CHECK(first == (round == 0 ? "AT" : "OK"));
    if (first != "AT") continue;
    host.line.receive("ATE0\r\n");
    CHECK(host.next_line() == "OK");    // of AT
    CHECK(host.next_line() == "ATE0");  // discarded
    CHECK(host.next_line() == "OK");
  }
  host.line.receive("AT+CREG?\r\n");
  CHECK(host.next_line() == "+CREG: 0,1");
  CHECK(host.next_line() == "OK");
  host.line.receive("AT+CSQ\r\n");
  CHECK(host.next_line() == "+CSQ: 21,0");
}

TEST_CASE("a host that takes one read for one message is never given two in one") {
  ByReads host;
  host.line.receive("ATE0\r");
  host.reads(1s);
  host.line.receive("AT+CSQ\r");
  host.modem.urc("+CMTI: \"SM\",1");
  host.modem.urc("+CSQN: 3,0");
  const auto reads = host.reads(1s);
  REQUIRE(reads.size() == 2);
  CHECK(reads[0] == "\r\n+CSQ: 21,0\r\n" + OK);
  CHECK(reads[1] == "\r\n+CMTI: \"SM\",1\r\n\r\n+CSQN: 3,0\r\n");
}

}  // namespace sim800::test
