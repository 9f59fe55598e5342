// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_plan.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "emulator/core/personality.hpp"
#include "emulator/program/cli/cli.hpp"
#include "scenarios/loader/combine.hpp"

namespace sim800 {
namespace {

void apply(const RunOptions& options, TimingConfig& timing) {
  if (options.timing == "typical") timing.profile = TimingProfile::typical;
  if (options.timing == "instant") timing.profile = TimingProfile::instant;
  if (options.timing == "maximum") timing.profile = TimingProfile::maximum;
}

/// The scenarios as one, or each for itself.
std::vector<std::vector<std::string>> scenario_names(const RunOptions& options) {
  if (!options.separate || options.scenarios.empty()) return {options.scenarios};
  std::vector<std::vector<std::string>> names;
  for (const std::string& name : options.scenarios) names.push_back({name});
  return names;
}

/// Without what tells the modules apart.
nlohmann::json common_part(nlohmann::json scenario) {
  if (!scenario.is_object()) return nlohmann::json::object();
  scenario.erase("modules");
  scenario.erase("fleet");
  return scenario;
}

/// What the files say, or one module as it is without a file.
std::vector<ModuleScenario> given_modules(const RunOptions& options, RunPlan& plan) {
  std::vector<ModuleScenario> given;
  for (const auto& names : scenario_names(options)) {
    Combined combined = combine(names, options.settings, shipped_scenarios());
    for (ModuleScenario& module : parse_modules(combined)) {
      if (options.time_scale) set_time_scale(*module.scenario, *options.time_scale, combined.sources());
      given.push_back(std::move(module));
      if (!options.control.empty()) plan.documents.push_back(common_part(combined.json.root()));
    }
    std::ranges::move(combined.files, std::back_inserter(plan.files));
  }
  return given;
}

void check_options(const RunOptions& options) {
  if (options.separate && options.modules) throw RunError("expected either --separate or --modules, found both");
}

/// There is one clock.
void check_scales(const std::vector<ModuleScenario>& given) {
  const double scale = given.front().scenario->world.timing.scale;
  for (const ModuleScenario& module : given) {
    const double other = module.scenario->world.timing.scale;
    if (other != scale)
      throw RunError(fmt::format("timing.scale: expected the same for all modules, found {} and {}", scale, other));
  }
}

void check_names(const std::vector<PlannedModule>& modules) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t n = 0; n < modules.size(); ++n) {
    const auto [first, added] = seen.emplace(modules[n].name, n);
    if (!added)
      throw RunError(fmt::format("expected each module's name once, found \"{}\" for module {} and module {}",
                                 modules[n].name, first->second, n));
  }
}

/// A call must lead to one module.
void check_numbers(const std::vector<PlannedModule>& modules) {
  std::map<std::string, const PlannedModule*> seen;
  for (const PlannedModule& module : modules) {
    if (module.identity.number.empty()) continue;
    const auto [first, added] = seen.emplace(module.identity.number, &module);
    if (!added)
      throw RunError(fmt::format("sim.number: expected another one for each module, found \"{}\" for {} and {}",
                                 module.identity.number, first->second->name, module.name));
  }
}

}  // namespace

RunPlan plan_run(const RunOptions& options) {
  check_options(options);
  RunPlan plan;
  std::vector<ModuleScenario> given = given_modules(options, plan);
  if (options.modules) {
    if (given.size() > 1)
      throw RunError(fmt::format("--modules: expected a scenario of one module, found {}", given.size()));
    given.resize(*options.modules, given.front());
    if (!plan.documents.empty()) plan.documents.resize(*options.modules, plan.documents.front());
  }
  std::set<const Scenario*> seen;
  for (const ModuleScenario& module : given) {
    if (!seen.insert(module.scenario.get()).second) continue;
    apply(options, module.scenario->world.timing);
    if (const std::string doubt = doubt_about(module.scenario->world.module); !doubt.empty()) spdlog::warn("{}", doubt);
  }
  check_scales(given);
  plan.modules.reserve(given.size());
  for (const ModuleScenario& module : given) {
    const auto n = static_cast<unsigned>(plan.modules.size());
    plan.modules.push_back({module.name.empty() ? std::to_string(n) : module.name,
                            identity_of(module.scenario->world, module.identity, options.seed, n), module.scenario});
  }
  check_names(plan.modules);
  check_numbers(plan.modules);
  return plan;
}

}  // namespace sim800
