// Recorded traces (docs/trace.md) as transcripts for people.
// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace sim800 {

/// A trace has a line that is no trace event: "FILE:LINE: what was expected".
struct TraceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TraceView {
  bool all =
      false;  ///< also what repeats the bytes (command, result), payloads in full, and the host's bytes in pieces
};

/// Prints the events of `in`, one a line: seconds, channel (where the trace has more than one), what happened.  A last
/// line that was cut off is told at the end.  Throws TraceError, named with `file`, after printing what comes before
/// the broken line.
void print_trace(std::istream& in, const std::string& file, std::ostream& out, TraceView view = {});

}  // namespace sim800
