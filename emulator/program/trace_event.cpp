// SPDX-License-Identifier: MIT
#include "emulator/program/trace_event.hpp"

#include <optional>
#include <utility>

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

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

std::string name_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

std::string TraceEvent::text(std::string_view key) const {
  const auto found = rest.find(key);
  return found != rest.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string parse_trace_event(const std::string& line, TraceEvent& event) {
  auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return "expected a JSON object";
  if (!json.contains("t") || !json["t"].is_number()) return "expected \"t\", a number of seconds";
  if (!json.contains("event") || !json["event"].is_string()) return "expected \"event\", a string";
  event = {json["t"].get<double>(), json["event"].get<std::string>(), {}, {}, {}};
  if (json.contains("channel")) event.channel = name_of(json["channel"]);
  if (json.contains("module")) {
    event.module = name_of(json["module"]);
    event.channel = event.channel.empty() ? event.module : event.module + " " + event.channel;
  }
  if (event.name == "rx" || event.name == "tx") {
    const auto data =
        json.contains("data") && json["data"].is_string() ? bytes_of(json["data"].get<std::string>()) : std::nullopt;
    if (!data) return "expected \"data\", a string of characters up to U+00FF";
    event.bytes = *data;
  }
  for (const auto* key : {"t", "event", "module", "channel", "data"}) json.erase(key);
  event.rest = std::move(json);
  return {};
}

}  // namespace sim800
