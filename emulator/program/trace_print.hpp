// Recorded traces (docs/trace.md) as transcripts for people.
// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace sim800 {

/// A trace has a line that is not a trace event: "FILE:LINE: what was expected".
struct TraceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TraceView {
  bool all =
      false;  ///< also what repeats the bytes (command, result), payloads in full, and the host's bytes in pieces
};

/// Prints the events of `in`, one per line: seconds, channel (if the trace has more than one), what happened. A
/// truncated last line is reported at the end. Throws TraceError, with `file` in it, after printing what precedes the
/// invalid line.
void print_trace(std::istream& in, const std::string& file, std::ostream& out, TraceView view = {});

}  // namespace sim800
