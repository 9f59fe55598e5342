// sim800 models: the members of the family, their firmware, and what sets each apart.
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
#include "emulator/core/personality.hpp"
#include "emulator/program/cli/cli.hpp"

namespace sim800 {
namespace {

/// A firmware, compared with the default module's.
struct Portrait {
  Model model;
  std::string revision;
  bool usual;  ///< what a scenario gets that names only the model
  std::vector<std::pair<std::string, std::string>> quirks;
  std::vector<std::string_view> with, without;
};

std::set<std::string_view> commands_of(const ModuleConfig& module) {
  const CommandTable& table = command_table(module);
  std::set<std::string_view> names;
  for (const Command* command : all_commands()) {
    if (table.find(command->name) != nullptr) names.insert(command->name);
  }
  return names;
}

Portrait portrait(Model model, std::string_view revision) {
  const ModuleConfig usual, module = module_of(model, revision);
  Portrait made{.model = model,
                .revision = module.revision,
                .usual = module.revision == usual_revision(model),
                .quirks = {},
                .with = {},
                .without = {}};
  const auto defaults = behaviours(usual.quirks);
  std::ranges::copy_if(behaviours(module.quirks), std::back_inserter(made.quirks),
                       [&defaults](const auto& each) { return std::ranges::find(defaults, each) == defaults.end(); });
  const auto here = commands_of(module), there = commands_of(usual);
  std::ranges::set_difference(here, there, std::back_inserter(made.with));
  std::ranges::set_difference(there, here, std::back_inserter(made.without));
  return made;
}

/// Each model with its usual firmware first.
std::vector<Portrait> portraits() {
  std::vector<Portrait> list;
  for (const std::string_view name : model_names()) {
    const Model model = *find_model(name);
    list.push_back(portrait(model, usual_revision(model)));
    for (const KnownRevision& known : known_revisions()) {
      if (known.model == model && known.name != usual_revision(model)) list.push_back(portrait(model, known.name));
    }
  }
  return list;
}

void print_names(std::string_view word, const std::vector<std::string_view>& names) {
  if (!names.empty()) fmt::print("      {} {}\n", word, fmt::join(names, " "));
}

void print_text() {
  fmt::print("Compared with {}; each can be set in a scenario (module.quirks, module.commands).\n",
             ModuleConfig{}.revision);
  std::string_view last;
  for (const Portrait& each : portraits()) {
    if (const std::string_view name = name_of(each.model); name != std::exchange(last, name)) fmt::print("{}\n", name);
    fmt::print("  {}{}\n", each.revision, each.usual ? "  (usual)" : "");
    std::vector<std::string> quirks;
    for (const auto& [quirk, value] : each.quirks) quirks.push_back(fmt::format("{}: {}", quirk, value));
    if (!quirks.empty()) fmt::print("      {}\n", fmt::join(quirks, ", "));
    print_names("with   ", each.with);
    print_names("without", each.without);
  }
}

void print_json() {
  auto list = nlohmann::ordered_json::array();
  for (const Portrait& each : portraits()) {
    nlohmann::ordered_json quirks = nlohmann::ordered_json::object(), commands = nlohmann::ordered_json::object();
    for (const auto& [quirk, value] : each.quirks) quirks[quirk] = nlohmann::ordered_json::parse(value);
    for (const std::string_view name : each.with) commands[std::string(name)] = true;
    for (const std::string_view name : each.without) commands[std::string(name)] = false;
    list.push_back({{"model", name_of(each.model)},
                    {"revision", each.revision},
                    {"usual", each.usual},
                    {"quirks", std::move(quirks)},
                    {"commands", std::move(commands)}});
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace

void add_models(CLI::App& app, int& status) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("models", "List models and firmware revisions, and how they differ");
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &status] {
    *json ? print_json() : print_text();
    status = 0;
  });
}

}  // namespace sim800
