// What a run does, in the log: its events as lines for people (--log-level info and debug).
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/core/trace.hpp"

namespace sim800 {

/// A listener of Trace.  Level info has clients, commands with their results, connections, URCs and faults; debug also
/// the bytes of every line, and modem lines.
class EventLog {
 public:
  /// `module`: the name of one among several, shown before all that it does.
  explicit EventLog(std::string module = {}) : module_(std::move(module)) {}

  void operator()(std::string_view event, Trace::Fields fields);

 private:
  std::string module_;
  std::map<std::string, std::string, std::less<>> running_;  ///< by channel: the command line that runs
};

}  // namespace sim800
