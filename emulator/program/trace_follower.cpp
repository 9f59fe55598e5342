// SPDX-License-Identifier: MIT
#include "emulator/program/trace_follower.hpp"

#include <utility>

#include "emulator/program/trace_print.hpp"

namespace sim800 {

int TraceFollower::read(const std::function<void(TraceEvent)>& take) {
  if (!in_.is_open()) in_.open(file_, std::ios::binary);
  int count = 0;
  for (std::string piece; in_.is_open() && std::getline(in_, piece); ++count) {
    part_ += piece;
    if (in_.eof()) break;
    ++number_;
    const std::string line = std::exchange(part_, {});
    TraceEvent event;
    const std::string mistake = parse_trace_event(line, event);
    if (!mistake.empty()) throw TraceError(trace_mistake(file_, number_, mistake, line));
    take(std::move(event));
  }
  in_.clear();
  return count;
}

}  // namespace sim800
