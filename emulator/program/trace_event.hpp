// One event of a recorded trace (docs/trace.md), as it was read from its line.
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sim800 {

/// A trace has a line that is not a trace event: "FILE:LINE: what was expected".
struct TraceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TraceEvent {
  double time = 0;
  std::string name;
  std::string channel;          ///< behind the module's name, if there are several
  std::string bytes;            ///< of rx and tx
  nlohmann::ordered_json rest;  ///< all other keys, in their order
  std::string module{};         ///< empty: there is only one

  /// The text of one of them, or "".
  std::string text(std::string_view key) const;
};

/// What was expected of the line instead; empty: `event` is what it says.
std::string parse_trace_event(const std::string& line, TraceEvent& event);

}  // namespace sim800
