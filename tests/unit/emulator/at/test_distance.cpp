// SPDX-License-Identifier: MIT
// What belongs to no command leaves in a write of its own, some time after a final result.
#include <doctest/doctest.h>

#include <vector>

#include "emulator/core/world.hpp"
#include "tests/support/ip_fixture.hpp"

namespace sim800::test {
namespace {

/// Each write with the time since the fixture began to listen.
class Writes final : public Port {
 public:
  explicit Writes(Clock& clock) : clock_(clock) {}
  void send(std::string_view bytes) override { all.emplace_back(clock_.now() - since, bytes); }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}

  TimePoint since{};
  std::vector<std::pair<Duration, std::string>> all;

 private:
  Clock& clock_;
};

struct Field : ModuleFixture {
  explicit Field(World given = World{})
      : ModuleFixture(std::move(given)), writes(clock), seen(modem.attach(writes, "seen")) {
    seen.receive("ATE0\r");
    clock.advance(1s);
    writes.all.clear();
    writes.since = clock.now();
  }
  Writes writes;
  Channel& seen;
};

using All = std::vector<std::pair<Duration, std::string>>;

}  // namespace

TEST_CASE("distance: a URC comes 20 ms behind the result that it had to wait for") {
  Field field;
  field.seen.receive("AT\r");
  field.modem.urc("+TEST: 1");
  field.modem.urc("+TEST: 2");
  field.clock.advance(1s);
  CHECK(field.writes.all == All{{15ms, OK}, {35ms, "\r\n+TEST: 1\r\n\r\n+TEST: 2\r\n"}});
}

TEST_CASE("distance: a URC that comes just behind a result waits for the rest of the 20 ms") {
  Field field;
  field.seen.receive("AT\r");
  field.clock.advance(20ms);
  field.modem.urc("+TEST: 1");
  field.clock.advance(30ms);
  field.modem.urc("+TEST: 2");
  CHECK(field.writes.all == All{{15ms, OK}, {35ms, "\r\n+TEST: 1\r\n"}, {50ms, "\r\n+TEST: 2\r\n"}});
}

TEST_CASE("distance: none between the URCs, and none under instant") {
  Field field(ModuleFixture::instant());
  field.seen.receive("AT+SAPBR=1,1;+SAPBR=0,1\r");
  field.modem.urc("+TEST: 1");
  field.seen.receive("AT\r");
  CHECK(field.writes.all == All{{0ms, OK}, {0ms, "\r\n+TEST: 1\r\n"}, {0ms, OK}});
}

TEST_CASE("distance: a line that comes in the meantime is answered first") {
  Field field;
  field.seen.receive("AT\r");
  field.modem.urc("+TEST: 1");
  field.clock.advance(20ms);
  field.seen.receive("AT+CREG?\r");
  field.clock.advance(1s);
  CHECK(field.writes.all == All{{15ms, OK}, {35ms, "\r\n+CREG: 0,1\r\n" + OK}, {55ms, "\r\n+TEST: 1\r\n"}});
}

TEST_CASE("distance: a host that never pauses gets its URCs all the same") {
  Field field;
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "AT\r";
  field.seen.receive(lines);
  field.modem.urc("+TEST: 1");
  field.clock.advance(1s);
  bool heard = false;
  for (const auto& [when, text] : field.writes.all) {
    CHECK((text == OK || text == "\r\n+TEST: 1\r\n"));  // in a write of its own even so
    heard = heard || text != OK;
  }
  CHECK(heard);
}

TEST_CASE("distance: what stands behind a result as part of the answer stays with it") {
  Field field;
  field.seen.receive("AT+CIPSTATUS\r");
  field.clock.advance(1s);
  CHECK(field.writes.all == All{{15ms, OK + framed("STATE: IP INITIAL")}});
}

TEST_CASE("distance: announcements, pushed data and the end of a connection are never glued to anything") {
  for (const bool manual : {true, false}) {
    CAPTURE(manual);
    Field field;
    for (const char* line : {"AT+CSTT", "AT+CIICR", "AT+CIFSR"}) {
      field.seen.receive(std::string(line) + "\r");
      field.clock.advance(5s);
    }
    if (manual) field.seen.receive("AT+CIPRXGET=1\r");
    field.clock.advance(1s);
    field.seen.receive("AT+CIPSTART=\"TCP\",\"10.1.2.3\",80\r");
    field.clock.advance(100ms);
    HeldSockets::Peer& peer = field.sockets.last();
    peer.connect();
    field.clock.advance(2s);
    field.writes.all.clear();
    field.seen.receive("AT+CIPSEND=1\r");
    field.clock.advance(100ms);
    peer.confirms = false;
    field.seen.receive("x");
    field.clock.advance(1s);
    field.writes.all.clear();
    field.writes.since = field.clock.now();
    peer.send("answer");
    peer.confirm();  // SEND OK, and at the same instant bytes
    field.clock.advance(100ms);
    REQUIRE(field.writes.all.size() == 2);
    CHECK(field.writes.all[0] == std::pair<Duration, std::string>{0ms, framed("SEND OK")});
    CHECK(field.writes.all[1] == std::pair<Duration, std::string>{20ms, manual ? framed("+CIPRXGET: 1") : "answer"});
  }
}

}  // namespace sim800::test
