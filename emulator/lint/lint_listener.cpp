// SPDX-License-Identifier: MIT
#include "emulator/lint/lint_listener.hpp"

namespace sim800 {
namespace {

/// The field in which an event has what the lint reads.
std::string_view text_key(std::string_view event) {
  if (event == "rx" || event == "tx") return "data";
  if (event == "command") return "line";
  if (event == "line") return "signal";
  if (event == "power") return "state";
  if (event == "fault") return "do";
  return "text";
}

}  // namespace

LineEvent line_event(TimePoint at, std::string_view name, Trace::Fields fields) {
  LineEvent event{.at = at, .name = name};
  const std::string_view key = text_key(name);
  for (const Trace::Field& field : fields) {
    const auto* const text = std::get_if<std::string_view>(&field.value);
    if (text != nullptr && field.key == "channel") event.channel = *text;
    if (text != nullptr && field.key == key) event.text = *text;
    if (const auto* number = std::get_if<std::int64_t>(&field.value); number != nullptr && field.key == "bytes")
      event.bytes = *number;
    if (const auto* on = std::get_if<bool>(&field.value)) event.on = *on;
  }
  return event;
}

}  // namespace sim800
