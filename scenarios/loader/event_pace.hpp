// How often events may happen: a module that is always busy with them answers nobody.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// Adds up the events of a scenario at one time scale. A period is at least 1 ms of the module's time, and all of them
/// together do at most 10,000 actions in a second of real time.
class EventPace {
 public:
  explicit EventPace(double scale) : scale_(scale) {}
  /// What is expected instead of this period, where the event's and those before it are too much; nothing if it will
  /// do.
  std::optional<std::string> refuse(std::optional<Duration> period, std::size_t actions);

 private:
  double scale_;
  double rate_ = 0;  ///< actions in a second of real time
};

}  // namespace sim800
