// Recorded traces (docs/trace.md) as transcripts for people.
// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "emulator/program/transcript.hpp"

namespace sim800 {

/// Prints the events of `in`, one per line: seconds, channel (if the trace has more than one), what happened. A
/// truncated last line is reported at the end. Throws TraceError, with `file` in it, after printing what precedes the
/// invalid line.
void print_trace(std::istream& in, const std::string& file, std::ostream& out, TraceView view = {});

/// "FILE:LINE: what was expected of this line, got …".
std::string trace_mistake(const std::string& file, int number, const std::string& expected, const std::string& line);

}  // namespace sim800
