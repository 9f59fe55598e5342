// Warnings that repeat themselves.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "emulator/program/warning_limit.hpp"

namespace sim800 {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const WarningLimit::Time start{};

TEST_CASE("warnings: ten of a kind, whatever their numbers; the rest are counted") {
  WarningLimit limit;
  unsigned shown = 0;
  for (int i = 0; i < 1000; ++i) shown += limit.admit("10.0.0." + std::to_string(i) + ": lost", start) ? 1 : 0;
  CHECK(shown == WarningLimit::burst);
  CHECK(limit.admit("another kind", start));
  CHECK(limit.ended(start + 9s).empty());
  CHECK(limit.ended(start + 10s) == Lines{"990 more like this were left out: 10.0.0.0: lost"});
  CHECK(limit.admit("10.0.0.1: lost", start + 10s));
  CHECK(limit.all().empty());
}

TEST_CASE("warnings: a clock that is set back does not silence them") {
  WarningLimit limit;
  for (unsigned i = 0; i <= WarningLimit::burst; ++i) limit.admit("lost", start + 1h);
  CHECK(limit.ended(start) == Lines{"1 more like this were left out: lost"});
  CHECK(limit.admit("lost", start));
}

TEST_CASE("warnings: kinds without end share one") {
  WarningLimit limit;
  unsigned shown = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string name(1, static_cast<char>('a' + i % 26)), other(1, static_cast<char>('a' + i / 26));
    shown += limit.admit(name + other, start) ? 1 : 0;
  }
  CHECK(shown == WarningLimit::max_kinds + WarningLimit::burst);
}

}  // namespace
}  // namespace sim800
