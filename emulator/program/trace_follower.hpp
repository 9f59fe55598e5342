// Reads a trace while it is written.
// SPDX-License-Identifier: MIT
#pragma once

#include <fstream>
#include <functional>
#include <string>

#include "emulator/program/trace_event.hpp"

namespace sim800 {

class TraceFollower {
 public:
  /// The file may come later.
  explicit TraceFollower(std::string file) : file_(std::move(file)) {}

  /// Gives `take` the events that have come since; how many. Throws TraceError where a line is none.
  int read(const std::function<void(TraceEvent)>& take);

 private:
  std::string file_;
  std::ifstream in_;
  std::string part_;  ///< of a line whose end has not come yet
  int number_ = 0;
};

}  // namespace sim800
