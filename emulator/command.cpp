// SPDX-License-Identifier: MIT
#include "emulator/command.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "emulator/modem.hpp"

namespace sim800 {
namespace {

struct Table {
  std::vector<const Command*> rows;
  std::unordered_map<std::string_view, const Command*> by_name;

  Table() {
    for (const auto chapter :
         {v25ter_commands(), profile_commands(), equipment_commands(), sim_card_commands(), network_commands(),
          simcom_commands(), bearer_commands(), http_commands(), ftp_commands(), file_system_commands()}) {
      for (const Command& command : chapter) {
        rows.push_back(&command);
        if (!by_name.emplace(command.name, &command).second) std::abort();  // two rows of one name
      }
    }
  }
};

const Table& table() {
  static const Table the_table;
  return the_table;
}

}  // namespace

std::span<const Command* const> all_commands() { return table().rows; }

const Command* find_command(std::string_view name) {
  const auto found = table().by_name.find(name);
  return found == table().by_name.end() ? nullptr : found->second;
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
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (!call.has(i)) continue;
    call.modem.settings.set(call.command.name, i, normalised(call, i));
  }
  return ok;
}

}  // namespace sim800
