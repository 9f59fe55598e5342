// sim800 commands: the commands that the module knows.
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

#include "emulator/commands/command_list.hpp"
#include "emulator/commands/manual_index.hpp"
#include "emulator/core/personality.hpp"
#include "emulator/program/cli/cli.hpp"

namespace sim800 {
namespace {

/// As typed: "AT+CSQ", "ATE", "A/".
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

/// The rows; if they differ between models, the first.
std::vector<const Command*> commands_by_name() {
  std::vector<const Command*> list;
  std::set<std::string_view> seen;
  for (const Command* command : all_commands()) {
    if (seen.insert(command->name).second) list.push_back(command);
  }
  return list;
}

/// The models that have the command with their usual firmware; empty: all.
std::vector<std::string_view> models(const Command& command) {
  std::vector<std::string_view> list;
  std::ranges::copy_if(model_names(), std::back_inserter(list), [&command](std::string_view name) {
    const Model model = *find_model(name);
    return Personality(model, usual_revision(model)).has(command.name);
  });
  if (list.size() == model_names().size()) list.clear();
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

// --- --coverage

/// A row that only appears in AT&V does not count; A/ and +++ are not commands of a line.
bool known(std::string_view name) {
  return std::ranges::any_of(all_commands(), [name](const Command* command) {
    return command->name == name && (!forms(*command).empty() || name == "A/" || name == "+++");
  });
}

std::vector<std::string_view> missing(const ManualChapter& chapter) {
  std::vector<std::string_view> names = chapter.commands();
  std::erase_if(names, known);
  return names;
}

void print_coverage() {
  std::size_t known = 0, of = 0;
  for (const ManualChapter& chapter : manual_chapters()) {
    const std::size_t count = chapter.commands().size();
    const auto absent = missing(chapter);
    fmt::print("{:>3} {:<14} {:>3} of {:>3}{}{}\n", chapter.number, chapter.title, count - absent.size(), count,
               absent.empty() ? "" : "   without ", fmt::join(absent, " "));
    known += count - absent.size();
    of += count;
  }
  fmt::print("{} of the manual's {} commands\n", known, of);
}

void print_coverage_json() {
  auto list = nlohmann::ordered_json::array();
  for (const ManualChapter& chapter : manual_chapters()) {
    const auto absent = missing(chapter);
    const std::size_t count = chapter.commands().size();
    list.push_back({{"chapter", chapter.number},
                    {"title", chapter.title},
                    {"commands", count},
                    {"known", count - absent.size()},
                    {"missing", absent}});
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("commands", "List every AT command the module knows");
  command->add_flag("--json", *json, "As JSON");
  auto coverage = std::make_shared<bool>(false);
  command->add_flag("--coverage", *coverage, "How much of the AT manual is implemented, by chapter");
  command->callback([json, coverage, &status] {
    if (*coverage) {
      *json ? print_coverage_json() : print_coverage();
    } else {
      *json ? print_json() : print_table();
    }
    status = 0;
  });
}

}  // namespace sim800
