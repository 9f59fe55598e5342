// Where transfers ask for faults, in virtual time.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "backends/link/transfer_gate.hpp"
#include "tests/support/fake_interference.hpp"

namespace {

using namespace std::chrono_literals;
using sim800::Direction;
using sim800::Phase;
using sim800::TransferGate;
using sim800::Verdict;
using sim800::test::cut;
using sim800::test::end_with;
using sim800::test::hold;
using sim800::test::truncate_after;
using Cut = Verdict::Cut;

struct GateFixture {
  void open() {
    gate.emplace(clock, faults.watch({}),
                 TransferGate::Acts{.end =
                                        [this](const Verdict& verdict) {
                                          ends.push_back(verdict.cut);
                                          return over;
                                        },
                                    .resume = [this] { ++resumed; }});
  }
  void reach(Phase phase) {
    gate->reach(phase, [this] { ++passed; });
  }

  sim800::VirtualClock clock;
  sim800::test::FakeInterference faults;
  std::optional<TransferGate> gate;
  std::vector<Cut> ends;
  bool over = true;
  int passed = 0, resumed = 0;
};

}  // namespace

TEST_CASE("transfer gate: without a watch all may go on") {
  GateFixture fixture;
  fixture.faults.watches = false;
  fixture.open();
  CHECK_FALSE(fixture.gate->watched());
  CHECK_FALSE(fixture.gate->wants(Phase::dns));
  fixture.reach(Phase::dns);
  CHECK(fixture.passed == 1);
  CHECK(fixture.gate->may_move(Direction::up, 1000));
  CHECK(fixture.gate->allowed(Direction::up, 1000, 77) == 77);
}

TEST_CASE("transfer gate: a phase is asked once, and not at all where no fault waits for it") {
  GateFixture fixture;
  fixture.faults.unwanted = {Phase::connect};
  fixture.open();
  CHECK(fixture.gate->wants(Phase::dns));
  CHECK_FALSE(fixture.gate->wants(Phase::connect));
  for (const Phase phase : {Phase::dns, Phase::connect, Phase::dns}) fixture.reach(phase);
  CHECK(fixture.passed == 3);
  CHECK(fixture.gate->reached(Phase::connect));
  CHECK_FALSE(fixture.gate->wants(Phase::dns));
  CHECK(fixture.faults.phases == std::vector<Phase>{Phase::dns});
}

TEST_CASE("transfer gate: all waits for the longest hold") {
  GateFixture fixture;
  fixture.faults.unwanted = {Phase::header};
  fixture.faults.at_phase = {{Phase::dns, hold(5s)}, {Phase::connect, hold(2s)}};
  fixture.open();
  for (const Phase phase : {Phase::dns, Phase::connect, Phase::request, Phase::header}) fixture.reach(phase);
  CHECK(fixture.gate->held());
  CHECK_FALSE(fixture.gate->may_move(Direction::up, 0));
  fixture.clock.advance(4999ms);
  CHECK(fixture.passed == 0);
  fixture.clock.advance(1ms);
  CHECK(fixture.passed == 4);
  CHECK(fixture.resumed == 1);
  CHECK(fixture.gate->may_move(Direction::up, 0));
}

TEST_CASE("transfer gate: an end does not go on, and nothing is asked after it") {
  for (const bool over : {true, false}) {
    CAPTURE(over);
    GateFixture fixture;
    fixture.over = over;
    fixture.faults.at_phase = {{Phase::dns, cut(Cut::reset)}};
    fixture.open();
    fixture.reach(Phase::dns);
    CHECK(fixture.ends == std::vector<Cut>{Cut::reset});
    CHECK(fixture.passed == (over ? 0 : 1));
    CHECK(fixture.gate->watched() != over);
    CHECK((fixture.faults.running == nullptr) == over);
  }
}

TEST_CASE("transfer gate: an interruption does not wait for a hold, and what waited is forgotten") {
  GateFixture fixture;
  fixture.faults.at_phase = {{Phase::dns, hold(Verdict::forever)}};
  fixture.open();
  fixture.reach(Phase::dns);
  fixture.faults.running->interrupt(end_with(601));
  CHECK(fixture.ends.size() == 1);
  fixture.clock.advance(1h);
  CHECK(fixture.passed == 0);
}

TEST_CASE("transfer gate: a stream moves up to its stops, and no further than its limit") {
  GateFixture fixture;
  fixture.faults.at_phase = {{Phase::data, truncate_after(100)}};
  fixture.faults.at_stop = {{{Direction::down, 40}, hold(1s)}};
  fixture.open();
  CHECK(fixture.gate->allowed(Direction::down, 0, 1000) == 40);
  CHECK(fixture.gate->may_move(Direction::down, 0));
  CHECK(fixture.gate->allowed(Direction::up, 0, 1000) == 100);
  CHECK(fixture.gate->allowed(Direction::up, 0, 7) == 7);
  CHECK_FALSE(fixture.gate->may_move(Direction::down, 40));
  fixture.clock.advance(1s);
  CHECK(fixture.gate->may_move(Direction::down, 40));
  CHECK(fixture.gate->allowed(Direction::down, 40, 1000) == 60);
  CHECK(fixture.ends.empty());
  CHECK_FALSE(fixture.gate->may_move(Direction::down, 100));
  CHECK(fixture.ends == std::vector<Cut>{Cut::close});
  CHECK(fixture.faults.phases == std::vector<Phase>{Phase::data});
  CHECK(fixture.faults.stops.size() == 1);
}

TEST_CASE("transfer gate: may be destroyed by the fault that is asked") {
  for (const bool moving : {false, true}) {
    GateFixture fixture;
    fixture.open();
    fixture.faults.on_reached = [&](Phase) { fixture.gate.reset(); };
    if (moving) {
      CHECK_FALSE(fixture.gate->may_move(Direction::up, 0));
    } else {
      fixture.reach(Phase::dns);
    }
    CHECK(fixture.passed == 0);
    CHECK(fixture.ends.empty());
  }
}
