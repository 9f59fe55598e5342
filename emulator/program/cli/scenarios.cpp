// `sim800 check` and `sim800 scenarios`: scenario files without a module.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emulator/core/personality.hpp"
#include "emulator/program/cli/cli.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

/// The scenario called `name`, or nothing once its mistakes are reported.
std::optional<Scenario> load_or_tell(const std::string& name) {
  try {
    return load_scenario(name, shipped_scenarios());
  } catch (const ScenarioError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return std::nullopt;
  }
}

int check(const std::vector<std::string>& files) {
  int status = 0;
  for (const std::string& file : files) {
    if (const auto scenario = load_or_tell(file)) {
      const std::string doubt = doubt_about(scenario->world.module);
      if (!doubt.empty()) fmt::print(stderr, "{}: warning: {}\n", file, doubt);
      fmt::print("{}: ok\n", file);
    } else {
      status = usage_error;
    }
  }
  return status;
}

int list(bool as_json) {
  const auto files = shipped_files(shipped_scenarios());
  auto rows = nlohmann::ordered_json::array();
  std::size_t width = 0;
  int status = 0;
  for (const auto& [name, file] : files) {
    if (const auto scenario = load_or_tell(file)) {
      rows.push_back({{"name", name}, {"description", scenario->world.description}, {"file", file}});
      width = std::max(width, name.size());
    } else {
      status = usage_error;
    }
  }
  if (as_json) {
    fmt::print("{}\n", rows.dump(2));
  } else {
    for (const auto& row : rows)
      fmt::print("{:<{}}  {}\n", row["name"].get<std::string>(), width, row["description"].get<std::string>());
  }
  return status;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("check", "Check scenario files and report every mistake with its place");
  command->add_option("FILE", *files, "Scenario files, or names of those that ship")->required();
  command->callback([files, &status] { status = check(*files); });
}

void add_scenarios(CLI::App& app, int& status) {
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("scenarios", "List the scenarios that ship");
  command->add_flag("--json", *as_json, "As JSON");
  command->callback([as_json, &status] { status = list(*as_json); });
}

}  // namespace sim800
