// SPDX-License-Identifier: MIT
#include "scenarios/faults/trigger_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "protocol/at/command_line.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// "AT+CSQ" as the parser names it; a form or an argument belongs in a `line`.
std::optional<Trigger> read_command(const Value& typed) {
  const std::string text = typed.text().value_or("");
  const bool prefixed = text.size() >= 2 && (text.starts_with("AT") || text.starts_with("at"));
  CommandLine line;
  if (prefixed && line.parse(std::string_view(text).substr(2))) {
    const auto commands = line.commands();
    if (commands.empty()) return CommandTrigger{};
    const TypedCommand& command = commands.front();
    if (commands.size() == 1 && command.name.view().find('?') == std::string_view::npos) {
      CommandTrigger trigger{std::string(command.name.view()), std::nullopt, std::string(command.arguments)};
      if (command.form != Form::execute || !command.arguments.empty()) trigger.form = command.form;
      return trigger;
    }
  }
  typed.refuse(R"(one command, such as "AT+CSQ" for any form of it, or "AT+CSQ?", "AT+FTPPUT=1")", {},
               "for more, use \"line\"");
  return std::nullopt;
}

std::optional<Trigger> read_line(const Value& line) {
  auto pattern = line.pattern();
  return pattern ? std::optional<Trigger>(LineTrigger{std::move(*pattern)}) : std::nullopt;
}

std::optional<Trigger> read_urc(const Value& urc) {
  auto pattern = urc.pattern();
  return pattern ? std::optional<Trigger>(UrcTrigger{std::move(*pattern)}) : std::nullopt;
}

/// The schema allows "after_bytes" and "direction" beside any phase; they belong to the bytes of "data".
void check_bytes(const Value& wanted, const TransferTrigger& trigger) {
  for (const char* key : {"after_bytes", "direction"}) {
    const Value value = wanted[key];
    if (value && trigger.phase.value_or(Phase::data) != Phase::data)
      value.refuse_name(fmt::format("phase \"data\" beside \"{}\"", key),
                        fmt::format("\"{}\"", wanted["phase"].text().value_or("")));
  }
  if (wanted["direction"] && !wanted["after_bytes"] && !wanted["match"])
    wanted["direction"].refuse_name("\"after_bytes\" or \"match\" beside \"direction\"", "none");
  for (const char* key : {"after_bytes", "phase"}) {
    if (wanted["match"] && wanted[key]) wanted[key].refuse_name(fmt::format("either \"{}\" or \"match\"", key), "both");
  }
}

std::optional<Trigger> read_transfer(const Value& wanted, TransferKind::User user) {
  TransferTrigger trigger;
  trigger.user = user;
  const bool http = user == TransferKind::User::http;
  wanted[http ? "method" : "verb"].read(trigger.verb);
  trigger.target = wanted[http ? "url" : "host"].pattern();
  if (const auto id = wanted["id"].integer()) trigger.socket = static_cast<int>(*id);
  using enum Phase;
  trigger.phase = wanted["phase"].word<Phase>({{"dns", dns},
                                               {"connect", connect},
                                               {"tls", tls},
                                               {"login", login},
                                               {"command", command},
                                               {"request", request},
                                               {"header", header},
                                               {"data", data}});
  trigger.direction = wanted["direction"].word<Direction>({{"up", Direction::up}, {"down", Direction::down}});
  wanted["after_bytes"].read(trigger.after_bytes);
  wanted["session"].read(trigger.session);
  if (const Value content = wanted["match"]) trigger.content = content.pattern();
  check_bytes(wanted, trigger);
  return trigger;
}

std::optional<Trigger> read_http(const Value& http) { return read_transfer(http, TransferKind::User::http); }
std::optional<Trigger> read_ftp(const Value& ftp) { return read_transfer(ftp, TransferKind::User::ftp); }
std::optional<Trigger> read_socket(const Value& socket) { return read_transfer(socket, TransferKind::User::socket); }

std::optional<Trigger> read_serial(const Value& serial) {
  SerialTrigger trigger;
  trigger.direction = read_serial_direction(serial["direction"]);
  serial["after_bytes"].read(trigger.after_bytes);
  return trigger;
}

std::optional<Trigger> read_time(const Value& time) {
  const auto at = time.duration();
  return at ? std::optional<Trigger>(TimeTrigger{*at}) : std::nullopt;
}

std::optional<Trigger> read_event(const Value& named) {
  using enum ModuleEvent;
  const auto event = named.word<ModuleEvent>({{"boot", boot},
                                              {"sim_ready", sim_ready},
                                              {"registered", registered},
                                              {"unregistered", unregistered},
                                              {"bearer_open", bearer_open},
                                              {"bearer_closed", bearer_closed},
                                              {"power_off", power_off}});
  return event ? std::optional<Trigger>(EventTrigger{*event}) : std::nullopt;
}

std::optional<Trigger> read_sms_sent(const Value& sent) {
  SmsSentTrigger trigger{sent["number"].pattern(), sent["text"].pattern(), {}};
  return trigger;
}

std::optional<Trigger> read_dialled(const Value& number) {
  auto pattern = number.pattern();
  return pattern ? std::optional<Trigger>(DialledTrigger{std::move(*pattern)}) : std::nullopt;
}

std::optional<Trigger> read_state_trigger(const Value& state) { return StateTrigger{state.text().value_or("")}; }
std::optional<Trigger> read_power_trigger(const Value& state) { return PowerTrigger{state.text().value_or("")}; }

std::optional<Trigger> read_level(const Value& level) {
  const auto lines = level.members();
  if (lines.size() != 1) return std::nullopt;  // the schema has refused it
  return LevelTrigger{lines.front().name(), lines.front().text() == "high"};
}

std::optional<Trigger> read_fault_name(const Value& fault) {
  const auto name = fault.text();
  return name ? std::optional<Trigger>(FaultTrigger{*name}) : std::nullopt;
}

struct TriggerRow {
  std::string_view name;
  std::optional<Trigger> (*read)(const Value& value);
};
constexpr TriggerRow triggers[] = {{"command", read_command},
                                   {"line", read_line},
                                   {"http", read_http},
                                   {"ftp", read_ftp},
                                   {"socket", read_socket},
                                   {"serial", read_serial},
                                   {"urc", read_urc},
                                   {"time", read_time},
                                   {"event", read_event},
                                   {"sms_sent", read_sms_sent},
                                   {"dialled", read_dialled},
                                   {"state", read_state_trigger},
                                   {"power", read_power_trigger},
                                   {"level", read_level},
                                   {"fault", read_fault_name}};

}  // namespace

std::optional<Trigger> read_trigger(const Value& on) {
  for (const TriggerRow& row : triggers) {
    if (const Value named = on[row.name]) return row.read(named);
  }
  return std::nullopt;
}

std::optional<Awaited> read_awaited(const Value& on) {
  auto trigger = read_trigger(on);
  if (!trigger) return std::nullopt;
  Awaited awaited;
  awaited.on = std::move(*trigger);
  on["nth"].read(awaited.nth);
  on["every_nth"].read(awaited.every_nth);
  awaited.on_words = on.summary();
  return awaited;
}

}  // namespace sim800
