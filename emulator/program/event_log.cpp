// SPDX-License-Identifier: MIT
#include "emulator/program/event_log.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstddef>

#include "emulator/core/trace_text.hpp"
#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

constexpr std::size_t shown_bytes = 256;  ///< of a payload

std::string shown(std::string_view bytes) {
  if (bytes.size() <= shown_bytes) return escaped(bytes);
  return fmt::format("{} ... ({} bytes)", escaped(bytes.substr(0, shown_bytes)), bytes.size());
}

struct Printer {
  std::string operator()(std::string_view text) const { return shown(text); }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(bool yes) const { return yes ? "true" : "false"; }
};

/// "socket id=0 phase=connected host=10.0.0.1": a field that the event's name speaks for stands without its key.
std::string described(std::string_view event, Trace::Fields fields) {
  std::string line(event);
  for (const auto& [key, value] : fields) {
    if (key == "channel") continue;
    const bool bare = key == event || key == "text" || key == "state";
    line += fmt::format(" {}{}{}", bare ? "" : key, bare ? "" : "=", std::visit(Printer(), value));
  }
  return line;
}

}  // namespace

void EventLog::operator()(std::string_view event, Trace::Fields fields) {
  const std::string_view channel = text_of(fields, "channel");
  const auto say = [channel, this](spdlog::level::level_enum level, std::string_view what) {
    spdlog::log(level, "{}{}{}{}{}", module_, module_.empty() ? "" : ": ", channel, channel.empty() ? "" : ": ", what);
  };
  const bool received = event == "rx";
  if (received || event == "tx") {
    if (!spdlog::should_log(spdlog::level::debug)) return;
    return say(spdlog::level::debug, (received ? "> " : "< ") + shown(text_of(fields, "data")));
  }
  if (event == "command") {
    running_.insert_or_assign(std::string(channel), "AT" + shown(text_of(fields, "line")));
    return;
  }
  if (event == "result") {
    const auto line = running_.extract(std::string(channel));
    return say(spdlog::level::info, fmt::format("{}: {}", line ? line.mapped() : "", text_of(fields, "text")));
  }
  if (event == "client")
    return say(spdlog::level::info, value_of<bool>(fields, "present") ? "client came" : "client left");
  const bool detail = event == "line" || event == "start" || event == "end";
  say(detail ? spdlog::level::debug : spdlog::level::info, described(event, fields));
}

}  // namespace sim800
