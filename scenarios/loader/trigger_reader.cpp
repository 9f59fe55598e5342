// SPDX-License-Identifier: MIT
#include "scenarios/loader/trigger_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/at/command_line.hpp"

namespace sim800 {
namespace {

template <class T>
using Words = std::initializer_list<std::pair<std::string_view, T>>;

/// The schema knows the words: another one has been refused already.
template <class T>
std::optional<T> word(const std::optional<std::string>& text, Words<T> words) {
  for (const auto& [name, value] : words) {
    if (text == name) return value;
  }
  return std::nullopt;
}

/// "AT+CSQ" as the parser names it; a form or an argument belongs into a `line`.
std::optional<Trigger> read_command(const Entry& on) {
  const auto typed = on.text("command");
  if (!typed) return std::nullopt;
  const bool prefixed = typed->size() >= 2 && (typed->starts_with("AT") || typed->starts_with("at"));
  CommandLine line;
  if (prefixed && line.parse(std::string_view(*typed).substr(2))) {
    const auto commands = line.commands();
    if (commands.empty()) return CommandTrigger{""};
    const TypedCommand& command = commands.front();
    if (commands.size() == 1 && command.form == Form::execute && command.arguments.empty() &&
        command.name.view().find('?') == std::string_view::npos) {
      return CommandTrigger{std::string(command.name.view())};
    }
  }
  on.refuse("command",
            "a command without form and arguments, such as \"AT+CSQ\", \"ATD\" or \"AT&W\" (for more, use \"line\")");
  return std::nullopt;
}

std::optional<Trigger> read_line(const Entry& on) {
  auto pattern = on.pattern("line");
  return pattern ? std::optional<Trigger>(LineTrigger{std::move(*pattern)}) : std::nullopt;
}

std::optional<Trigger> read_urc(const Entry& on) {
  auto pattern = on.pattern("urc");
  return pattern ? std::optional<Trigger>(UrcTrigger{std::move(*pattern)}) : std::nullopt;
}

std::optional<Trigger> read_transfer(const Entry& on, TransferKind::User user, std::string_view name) {
  const Entry wanted = on.at(name);
  TransferTrigger trigger;
  trigger.user = user;
  const bool http = user == TransferKind::User::http;
  trigger.verb = wanted.text(http ? "method" : "verb");
  trigger.target = wanted.pattern(http ? "url" : "host");
  if (const auto id = wanted.integer("id")) trigger.socket = static_cast<int>(*id);
  using enum Phase;
  trigger.phase = word<Phase>(wanted.text("phase"), {{"dns", dns},
                                                     {"connect", connect},
                                                     {"tls", tls},
                                                     {"login", login},
                                                     {"command", command},
                                                     {"request", request},
                                                     {"header", header},
                                                     {"data", data}});
  trigger.direction = word<Direction>(wanted.text("direction"), {{"up", Direction::up}, {"down", Direction::down}});
  trigger.after_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, wanted.integer("after_bytes").value_or(0)));
  for (const char* key : {"after_bytes", "direction"}) {
    if (wanted.has(key) && trigger.phase.value_or(data) != data) wanted.refuse(key, "only in phase \"data\"");
  }
  if (wanted.has("direction") && !wanted.has("after_bytes")) wanted.refuse("direction", "only beside \"after_bytes\"");
  return trigger;
}

std::optional<Trigger> read_http(const Entry& on) { return read_transfer(on, TransferKind::User::http, "http"); }
std::optional<Trigger> read_ftp(const Entry& on) { return read_transfer(on, TransferKind::User::ftp, "ftp"); }
std::optional<Trigger> read_socket(const Entry& on) { return read_transfer(on, TransferKind::User::socket, "socket"); }

std::optional<Trigger> read_serial(const Entry& on) {
  const Entry wanted = on.at("serial");
  SerialTrigger trigger;
  trigger.direction =
      word<SerialDirection>(wanted.text("direction"), {{"rx", SerialDirection::rx}, {"tx", SerialDirection::tx}});
  trigger.after_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, wanted.integer("after_bytes").value_or(1)));
  return trigger;
}

std::optional<Trigger> read_time(const Entry& on) {
  const auto at = on.duration("time");
  return at ? std::optional<Trigger>(TimeTrigger{*at}) : std::nullopt;
}

std::optional<Trigger> read_event(const Entry& on) {
  using enum ModuleEvent;
  const auto event = word<ModuleEvent>(on.text("event"), {{"boot", boot},
                                                          {"sim_ready", sim_ready},
                                                          {"registered", registered},
                                                          {"unregistered", unregistered},
                                                          {"bearer_open", bearer_open},
                                                          {"bearer_closed", bearer_closed},
                                                          {"power_off", power_off}});
  return event ? std::optional<Trigger>(EventTrigger{*event}) : std::nullopt;
}

struct TriggerRow {
  std::string_view name;
  std::optional<Trigger> (*read)(const Entry& on);
};
constexpr std::array<TriggerRow, 9> triggers{{{"command", read_command},
                                              {"line", read_line},
                                              {"http", read_http},
                                              {"ftp", read_ftp},
                                              {"socket", read_socket},
                                              {"serial", read_serial},
                                              {"urc", read_urc},
                                              {"time", read_time},
                                              {"event", read_event}}};

}  // namespace

std::optional<Trigger> read_trigger(const Entry& on) {
  const auto* named = std::ranges::find_if(triggers, [&on](const TriggerRow& row) { return on.has(row.name); });
  return named == triggers.end() ? std::nullopt : named->read(on);
}

}  // namespace sim800
