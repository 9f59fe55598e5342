// SPDX-License-Identifier: MIT
#include "emulator/at/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/at/settings.hpp"
#include "emulator/core/personality.hpp"

namespace sim800 {

static NameTable<const Command*> commands_of(CommandRows rows, const ModuleConfig& module) {
  const Personality personality(module);
  NameTable<const Command*> commands(rows.size());
  for (const Command* command : rows) {
    const bool here = command->models.has(personality.model) && has_command(module, personality, command->name);
    if (!here || commands.emplace(command->name, command)) continue;
    fmt::print(stderr, "sim800: the command table has two rows for {} on {}\n", command->name, module.model);
    std::abort();
  }
  for (const Command* command : rows) {
    const auto given = module.commands.find(command->name);
    if (given != module.commands.end() && given->second) commands.emplace(command->name, command);
  }
  return commands;
}

CommandTable::CommandTable(CommandRows rows, const ModuleConfig& module)
    : rows_(rows), by_name_(commands_of(rows, module)), factory_(rows, by_name_) {}

std::vector<const Command*> CommandTable::profile_lines() const {
  std::vector<const Command*> lines;
  by_name_.for_each([&lines](const Command* command) {
    if (command->profile_line != 0) lines.push_back(command);
  });
  std::ranges::sort(lines, {}, &Command::profile_line);
  return lines;
}

const Handler& Command::handler(Form form) const {
  switch (form) {
    case Form::test: return test;
    case Form::read: return read;
    case Form::write: return write;
    case Form::execute: break;
  }
  // A basic command without its number is the same as one with the number omitted (V.250 5.3.1).
  return !execute && basic() ? write : execute;
}

std::size_t Command::kept() const {
  const auto end = std::ranges::find_if(parameters, [](const Parameter& parameter) {
    return !parameter.exists() || parameter.initial.data() == nullptr;
  });
  return static_cast<std::size_t>(end - parameters.begin());
}

Result show_ranges(Invocation& cmd) {
  std::string text(cmd.command.name);
  text += ": ";
  for (std::size_t i = 0; i < cmd.command.parameters.size() && cmd.command.parameters[i].exists(); ++i) {
    text += fmt::format("{}({})", i == 0 ? "" : ",", cmd.command.parameters[i].range);
  }
  cmd.line(text);
  return ok;
}

Result show_setting(Invocation& cmd) {
  cmd.line(cmd.settings.print(cmd.command.name));
  return ok;
}

/// A value as settings store it: numbers without leading zeros, a choice in the manual's spelling.
static std::string normalised(const Invocation& cmd, std::size_t i) {
  const Parameter& parameter = cmd.command.parameters[i];
  if (parameter.kind == Parameter::Kind::number) return std::to_string(cmd.number(i));
  if (parameter.kind == Parameter::Kind::choice)
    return std::string(find_choice(parameter.range, cmd.arguments[i].text));
  return cmd.text(i);
}

Result keep_setting(Invocation& cmd) {
  Settings::Values values = cmd.settings.values_of(cmd.command.name);
  if (cmd.arguments.size() == 0) {  // AT+CREG= : the factory values
    for (std::size_t i = 0; i < cmd.command.kept(); ++i) values[i] = cmd.command.parameters[i].initial;
  }
  const std::size_t kept = std::min(cmd.arguments.size(), cmd.command.kept());
  for (std::size_t i = 0; i < kept; ++i) {
    if (cmd.has(i)) values[i] = normalised(cmd, i);
  }
  return kept_if(cmd.settings.set_values_of(cmd.command.name, std::move(values)));
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

Result keep_part(Invocation& cmd) {
  Settings::Values values = cmd.settings.values_of(cmd.command.name);
  std::size_t argument = 1;
  for (const std::size_t place : places_of_part(cmd.command, cmd.number(0)))
    values[place] = std::to_string(cmd.number(argument++));
  return kept_if(cmd.settings.set_values_of(cmd.command.name, std::move(values)));
}

Result show_parts(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  std::string text(cmd.command.name);
  const char* before = ": (";
  for (std::uint32_t which = 0; which < values.size(); ++which) {
    const auto places = places_of_part(cmd.command, which);
    if (places.empty()) continue;
    text += fmt::format("{}{}", std::exchange(before, ",("), which);
    for (const std::size_t place : places) text += "," + values[place];
    text += ")";
  }
  cmd.line(text);
  return ok;
}

}  // namespace sim800
