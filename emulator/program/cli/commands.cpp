// sim800 commands: the commands that the module knows.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulator/commands/command_list.hpp"
#include "emulator/commands/manual_index.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/command_facts.hpp"

namespace sim800 {
namespace {

void print_table() {
  for (const Command* command : commands_by_name()) {
    fmt::print("{:<18} {:<8} {:<28} {}\n", typed_name(*command), command->section.empty() ? "-" : command->section,
               fmt::format("{}", fmt::join(forms_of(*command), " ")), word(command->support));
  }
}

void print_json() {
  auto list = nlohmann::ordered_json::array();
  for (const Command* command : commands_by_name()) {
    nlohmann::ordered_json row{{"name", typed_name(*command)},
                               {"chapter", chapter_of(*command)},
                               {"section", command->section},
                               {"forms", forms_of(*command)},
                               {"support", word(command->support)}};
    if (const auto limited = models_with(*command); !limited.empty()) row["models"] = limited;
    if (command->seconds != 0) row["max_response_s"] = command->seconds;
    list.push_back(std::move(row));
  }
  fmt::print("{}\n", list.dump(2));
}

// --- --coverage

/// A row that only appears in AT&V does not count; A/ and +++ are not commands of a line.
bool known(std::string_view name) {
  return std::ranges::any_of(all_commands(), [name](const Command* command) {
    return command->name == name && (!forms_of(*command).empty() || name == "A/" || name == "+++");
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
