// SPDX-License-Identifier: MIT
#include "emulator/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/modem.hpp"

namespace sim800 {
namespace {

std::vector<const Command*> rows_of_all_chapters() {
  std::vector<const Command*> rows;
  // clang-format off: one chapter, one line
  for (const auto chapter : {
           v25ter_commands(),
           call_commands(),
           profile_commands(),
           equipment_commands(),
           sim_card_commands(),
           network_commands(),
           supplementary_commands(),
           phone_book_commands(),
           tone_commands(),
           toolkit_commands(),
           clock_commands(),
           gprs_commands(),
           simcom_commands(),
           audio_commands(),
           pin_commands(),
           charge_commands(),
           media_commands(),
           tcpip_commands(),
           tcpip_connection_commands(),
           tcpip_data_commands(),
           bearer_commands(),
           ping_commands(),
           location_commands(),
           ntp_commands(),
           multiplexer_commands(),
           http_commands(),
           ftp_commands(),
           smtp_commands(),
           pop3_commands(),
           mms_commands(),
           file_system_commands(),
           sms_commands(),
           sms_storage_commands(),
           sms_sending_commands(),
       }) {
    // clang-format on
    for (const Command& command : chapter) rows.push_back(&command);
  }
  return rows;
}

}  // namespace

std::span<const Command* const> all_commands() {
  static const std::vector<const Command*> rows = rows_of_all_chapters();
  return rows;
}

CommandTable::CommandTable(Model model) {
  for (const Command* command : all_commands()) {
    if (!command->on(model)) continue;
    if (!by_name_.emplace(command->name, command).second) std::abort();  // two rows of one name
  }
}

const CommandTable& CommandTable::of(Model model) {
  static std::map<Model, CommandTable> tables;
  const auto found = tables.find(model);
  return found != tables.end() ? found->second : tables.emplace(model, CommandTable(model)).first->second;
}

const Handler& Command::handler(Form form) const {
  switch (form) {
    case Form::test: return test;
    case Form::read: return read;
    case Form::write: return write;
    case Form::execute: break;
  }
  // A basic command without its number is the one with the number left out (V.250 5.3.1).
  return !execute && basic() ? write : execute;
}

std::size_t Command::kept() const {
  const auto end = std::ranges::find_if(parameters, [](const Parameter& parameter) {
    return !parameter.exists() || parameter.initial.data() == nullptr;
  });
  return static_cast<std::size_t>(end - parameters.begin());
}

Result show_ranges(Call& call) {
  std::string text(call.command.name);
  text += ": ";
  for (std::size_t i = 0; i < call.command.parameters.size() && call.command.parameters[i].exists(); ++i) {
    text += fmt::format("{}({})", i == 0 ? "" : ",", call.command.parameters[i].range);
  }
  call.line(text);
  return ok;
}

Result show_setting(Call& call) {
  call.line(call.modem.settings.print(call.command.name));
  return ok;
}

/// A value as settings keep it: numbers without leading zeros, a choice as the manual spells it.
static std::string normalised(const Call& call, std::size_t i) {
  const Parameter& parameter = call.command.parameters[i];
  if (parameter.kind == Parameter::Kind::number) return std::to_string(call.number(i));
  if (parameter.kind == Parameter::Kind::choice)
    return std::string(find_choice(parameter.range, call.arguments[i].text));
  return call.text(i);
}

Result keep_setting(Call& call) {
  if (call.arguments.size() == 0) {  // AT+CREG= : the factory value
    call.modem.settings.set(call.command.name, 0, std::string(call.command.parameters[0].initial));
    return ok;
  }
  const std::size_t kept = std::min(call.arguments.size(), call.command.kept());
  for (std::size_t i = 0; i < kept; ++i) {
    if (!call.has(i)) continue;
    call.modem.settings.set(call.command.name, i, normalised(call, i));
  }
  return ok;
}

std::vector<std::size_t> places_of_part(const Command& command, std::uint32_t which) {
  const auto needed = std::ranges::count_if(
      command.parameters, [](const Parameter& parameter) { return parameter.exists() && !parameter.optional; });
  const auto columns = static_cast<std::size_t>(needed - 1);
  const std::size_t parts = (static_cast<std::size_t>(std::ranges::count(command.list, ',')) + 1) / columns;
  const std::uint32_t first = command.parameters[0].range[0] - '0';
  std::vector<std::size_t> places;
  if (!in_range(command.parameters[0].range, which) || which - first >= parts) return places;
  for (std::size_t column = 0; column < columns; ++column) places.push_back(column * parts + which - first);
  return places;
}

Result keep_part(Call& call) {
  std::size_t argument = 1;
  for (const std::size_t place : places_of_part(call.command, call.number(0))) {
    call.modem.settings.set(call.command.name, place, std::to_string(call.number(argument++)));
  }
  return ok;
}

Result show_parts(Call& call) {
  const Settings::Values& values = call.modem.settings.values(call.command.name);
  std::string text(call.command.name);
  const char* before = ": (";
  for (std::uint32_t which = 0; which < values.size(); ++which) {
    const auto places = places_of_part(call.command, which);
    if (places.empty()) continue;
    text += fmt::format("{}{}", std::exchange(before, ",("), which);
    for (const std::size_t place : places) text += "," + values[place];
    text += ")";
  }
  call.line(text);
  return ok;
}

}  // namespace sim800
