// Module time, the only time in the engine; see clock.hpp for its relation to wall time.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <compare>

namespace sim800 {

using Duration = std::chrono::nanoseconds;
/// Time since the emulator started.
using TimePoint = std::chrono::nanoseconds;
using namespace std::chrono_literals;

/// A duration, or two between which one is drawn.
struct DurationRange {
  Duration least{}, most{};
  DurationRange() = default;
  // A plain duration is one, too.
  template <class Count, class Unit>
  DurationRange(std::chrono::duration<Count, Unit> fixed)  // NOLINT(google-explicit-constructor)
      : least(fixed), most(fixed) {}
  DurationRange(Duration from, Duration to) : least(from), most(to) {}
  bool fixed() const { return least == most; }
  auto operator<=>(const DurationRange&) const = default;
};

}  // namespace sim800
