// SPDX-License-Identifier: MIT
#include "emulator/program/transcript.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/program/trace_decode.hpp"
#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

constexpr std::size_t shown_whole = 256;  ///< bytes; responses are shorter, most payloads are not
constexpr std::size_t shown_first = 64;
constexpr std::size_t shown_last = 8;  ///< enough for the OK after a payload

std::string shown(std::string_view bytes, TraceView view) {
  if (view.all || bytes.size() <= shown_whole) return escaped(bytes);
  return fmt::format("{} ... {} ({} bytes)", escaped(bytes.substr(0, shown_first)),
                     escaped(bytes.substr(bytes.size() - shown_last)), bytes.size());
}

/// Values alone if the event's name explains them, else with their keys.
std::string described(const TraceEvent& event) {
  static constexpr std::array<std::string_view, 7> speaks_for_itself{"power",   "urc",    "note",     "fault",
                                                                     "command", "result", "happening"};
  const bool bare = std::ranges::find(speaks_for_itself, event.name) != speaks_for_itself.end();
  std::string text = event.name;
  for (const auto& [key, value] : event.rest.items()) {
    const auto written = value.is_string() ? escaped(value.get<std::string>()) : value.dump();
    if (key == "do")
      text += " -> " + written;
    else
      text += bare && key != "masked" ? " " + written : fmt::format(" {}={}", key, written);
  }
  return text;
}

std::string_view colour_of(const TraceEvent& event) {
  if (event.name == "rx") return "\033[36m";
  if (event.name == "tx") return {};
  if (event.name == "fault" || event.name == "expectation") return "\033[31m";
  if (event.name == "happening" || event.name == "power") return "\033[33m";
  return "\033[2m";
}

}  // namespace

std::string transcript_line(const TraceEvent& event, std::size_t channel_width, TraceView view) {
  std::string text = fmt::format("{:11.3f}  ", event.time);
  if (channel_width > 0) text += fmt::format("{:<{}}  ", event.channel, channel_width);
  if (event.name == "rx")
    text += "> " + shown(event.bytes, view);
  else if (event.name == "tx")
    text += "< " + shown(event.bytes, view);
  else
    text += "  " + described(event);
  if (view.decode) {
    const std::size_t indent = 15 + (channel_width > 0 ? channel_width + 2 : 0);
    for (const std::string& meaning : decoded(event)) text += fmt::format("\n{:{}}{}", "", indent, meaning);
  }
  if (view.colour && !colour_of(event).empty()) text = fmt::format("{}{}\033[0m", colour_of(event), text);
  return text;
}

bool left_out(const TraceEvent& event, TraceView view) {
  return !view.all && (event.name == "command" || event.name == "result");
}

bool continues(const TraceEvent& before, const TraceEvent& event) {
  return before.name == "rx" && event.name == "rx" && before.channel == event.channel;
}

void Transcript::add(TraceEvent event) {
  if (!event.channel.empty()) {
    if (first_channel_.empty()) first_channel_ = event.channel;
    if (width_ > 0 || event.channel != first_channel_)
      width_ = std::max({width_, first_channel_.size(), event.channel.size()});
  }
  if (!view_.all && kept_ && continues(pending_, event)) {
    pending_.bytes += event.bytes;
    return;
  }
  flush();
  kept_ = event.name == "rx" && !view_.all;
  if (kept_)
    pending_ = std::move(event);
  else
    show(event);
}

void Transcript::flush() {
  if (std::exchange(kept_, false)) show(pending_);
}

void Transcript::show(const TraceEvent& event) {
  if (!left_out(event, view_)) print_(transcript_line(event, width_, view_));
}

}  // namespace sim800
