// sim800 commands: what the module knows.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "emulator/cli/cli.hpp"
#include "emulator/command.hpp"

namespace sim800 {
namespace {

/// As it is typed: "AT+CSQ", "ATE", "A/".
std::string typed_name(const Command& command) {
  const bool bare = command.name == "A/" || command.name == "+++";
  return (bare ? "" : "AT") + std::string(command.name);
}

std::string_view word(Support support) {
  switch (support) {
    case Support::full: return "full";
    case Support::state: return "state";
    case Support::accepts: return "accepts";
  }
  return "";
}

std::string chapter(const Command& command) {
  return command.section.empty() ? "application note"
                                 : std::string(command.section.substr(0, command.section.find('.')));
}

std::vector<std::string> forms(const Command& command) {
  std::vector<std::string> list;
  if (command.test) list.emplace_back("test");
  if (command.read) list.emplace_back("read");
  if (command.write) list.emplace_back("write");
  if (command.execute || (command.basic() && command.write && !command.read)) list.emplace_back("execute");
  return list;
}

/// The rows, of those that differ between models the first.
std::vector<const Command*> commands_by_name() {
  std::vector<const Command*> list;
  std::set<std::string_view> seen;
  for (const Command* command : all_commands()) {
    if (seen.insert(command->name).second) list.push_back(command);
  }
  return list;
}

/// The models that have the command; empty: all.
std::vector<std::string_view> models(const Command& command) {
  std::vector<std::string_view> list;
  const Models having = models_of(command.name);
  if (having == Models::all()) return list;
  std::ranges::copy_if(model_names(), std::back_inserter(list),
                       [having](std::string_view name) { return having.has(*find_model(name)); });
  return list;
}

void print_table() {
  for (const Command* command : commands_by_name()) {
    fmt::print("{:<18} {:<8} {:<28} {}\n", typed_name(*command), command->section.empty() ? "-" : command->section,
               fmt::format("{}", fmt::join(forms(*command), " ")), word(command->support));
  }
}

void print_json() {
  auto list = nlohmann::ordered_json::array();
  for (const Command* command : commands_by_name()) {
    nlohmann::ordered_json row{{"name", typed_name(*command)},
                               {"chapter", chapter(*command)},
                               {"section", command->section},
                               {"forms", forms(*command)},
                               {"support", word(command->support)}};
    if (const auto limited = models(*command); !limited.empty()) row["models"] = limited;
    if (command->seconds != 0) row["max_response_s"] = command->seconds;
    list.push_back(std::move(row));
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("commands", "List every AT command the module knows");
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &status] {
    if (*json) {
      print_json();
    } else {
      print_table();
    }
    status = 0;
  });
}

}  // namespace sim800
