// Recorded traces (docs/trace.md) as transcripts for people.
// SPDX-License-Identifier: MIT
#include "emulator/program/trace_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/text/escape.hpp"

namespace sim800 {

std::string trace_mistake(const std::string& file, int number, const std::string& expected, const std::string& line) {
  return fmt::format("{}:{}: {}, got \"{}\"", file, number, expected, escaped(std::string_view(line).substr(0, 80)));
}

void print_trace(std::istream& in, const std::string& file, std::ostream& out, TraceView view) {
  std::vector<TraceEvent> events;
  std::set<std::string> channels;
  std::string line, broken;
  bool cut = false;
  for (int number = 1; broken.empty() && std::getline(in, line); ++number) {
    TraceEvent event;
    const std::string mistake = parse_trace_event(line, event);
    if (mistake.empty()) {
      if (!event.channel.empty()) channels.insert(event.channel);
      if (!view.all && !events.empty() && continues(events.back(), event)) {
        events.back().bytes += event.bytes;
      } else {
        events.push_back(std::move(event));
      }
    } else if (in.eof()) {
      cut = true;  // no newline: the writer was stopped in the middle
    } else {
      broken = trace_mistake(file, number, mistake, line);
    }
  }
  std::size_t width = 0;
  if (channels.size() > 1)
    for (const auto& channel : channels) width = std::max(width, channel.size());
  for (const auto& event : events) {
    if (!left_out(event, view)) out << transcript_line(event, width, view) << '\n';
  }
  if (cut) out << "(the trace ends in the middle of an event: its writer was stopped there)\n";
  if (in.bad()) broken = fmt::format("{}: expected a trace file that can be read", file);
  if (!broken.empty()) throw TraceError(broken);
}

}  // namespace sim800
