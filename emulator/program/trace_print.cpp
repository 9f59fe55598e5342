// Recorded traces (docs/trace.md) as transcripts for people.
// SPDX-License-Identifier: MIT
#include "emulator/program/trace_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t shown_whole = 256;  ///< bytes; responses are shorter, most payloads are not
constexpr std::size_t shown_first = 64;
constexpr std::size_t shown_last = 8;  ///< enough for the OK after a payload

struct Event {
  double time = 0;
  std::string name, channel;
  std::string bytes;  ///< of rx and tx
  Json rest;          ///< all other keys, in their order
};

/// The bytes of a JSON string with code points up to U+00FF; nothing if one is above.
std::optional<std::string> bytes_of(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead > 0xC3) return std::nullopt;
    if (lead < 0x80)
      bytes += utf8[i];
    else
      bytes += static_cast<char>((lead & 0x03U) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3FU));
  }
  return bytes;
}

/// What was expected of the line, or the event.
std::pair<std::string, Event> parse_event(const std::string& line) {
  auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return {"expected a JSON object", {}};
  if (!json.contains("t") || !json["t"].is_number()) return {"expected \"t\", a number of seconds", {}};
  if (!json.contains("event") || !json["event"].is_string()) return {"expected \"event\", a string", {}};
  Event event{json["t"].get<double>(), json["event"].get<std::string>(), {}, {}, {}};
  if (json.contains("channel")) {
    const auto& channel = json["channel"];
    event.channel = channel.is_string() ? channel.get<std::string>() : channel.dump();
  }
  if (json.contains("module")) {
    const auto& module = json["module"];
    const std::string name = module.is_string() ? module.get<std::string>() : module.dump();
    event.channel = event.channel.empty() ? name : name + " " + event.channel;
  }
  if (event.name == "rx" || event.name == "tx") {
    const auto data =
        json.contains("data") && json["data"].is_string() ? bytes_of(json["data"].get<std::string>()) : std::nullopt;
    if (!data) return {"expected \"data\", a string of characters up to U+00FF", {}};
    event.bytes = *data;
  }
  for (const auto* key : {"t", "event", "module", "channel", "data"}) json.erase(key);
  event.rest = std::move(json);
  return {std::string(), std::move(event)};
}

/// Bytes of the host that came right behind others.
bool continues(const Event& before, const Event& event) {
  return before.name == "rx" && event.name == "rx" && before.channel == event.channel;
}

std::string shown(std::string_view bytes, TraceView view) {
  if (view.all || bytes.size() <= shown_whole) return escaped(bytes);
  return fmt::format("{} ... {} ({} bytes)", escaped(bytes.substr(0, shown_first)),
                     escaped(bytes.substr(bytes.size() - shown_last)), bytes.size());
}

/// Values alone if the event's name explains them, else with their keys.
std::string described(const Event& event) {
  static constexpr std::string_view speaks_for_itself[] = {"power",   "urc",    "note",     "fault",
                                                           "command", "result", "happening"};
  const bool bare = std::ranges::find(speaks_for_itself, event.name) != std::end(speaks_for_itself);
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

void print_event(const Event& event, std::ostream& out, std::size_t channel_width, TraceView view) {
  if (!view.all && (event.name == "command" || event.name == "result")) return;
  std::string text = fmt::format("{:11.3f}  ", event.time);
  if (channel_width > 0) text += fmt::format("{:<{}}  ", event.channel, channel_width);
  if (event.name == "rx")
    text += "> " + shown(event.bytes, view);
  else if (event.name == "tx")
    text += "< " + shown(event.bytes, view);
  else
    text += "  " + described(event);
  out << text << '\n';
}

}  // namespace

void print_trace(std::istream& in, const std::string& file, std::ostream& out, TraceView view) {
  std::vector<Event> events;
  std::set<std::string> channels;
  std::string line, broken;
  bool cut = false;
  for (int number = 1; broken.empty() && std::getline(in, line); ++number) {
    auto [mistake, event] = parse_event(line);
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
      broken =
          fmt::format("{}:{}: {}, got \"{}\"", file, number, mistake, escaped(std::string_view(line).substr(0, 80)));
    }
  }
  std::size_t width = 0;
  if (channels.size() > 1)
    for (const auto& channel : channels) width = std::max(width, channel.size());
  for (const auto& event : events) print_event(event, out, width, view);
  if (cut) out << "(the trace ends in the middle of an event: its writer was stopped there)\n";
  if (in.bad()) broken = fmt::format("{}: expected a trace file that can be read", file);
  if (!broken.empty()) throw TraceError(broken);
}

}  // namespace sim800
