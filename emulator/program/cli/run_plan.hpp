// The modules of a run before they exist: which there are, what they are called, and who they are.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulator/core/identity.hpp"
#include "emulator/program/cli/run_options.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {

struct PlannedModule {
  std::string name;  ///< its number, unless the scenario names it
  Identity identity;
  std::shared_ptr<const Scenario> scenario;  ///< modules alike have the same one
};

struct RunPlan {
  std::vector<ScenarioFile> files;  ///< none without a scenario
  std::vector<PlannedModule> modules;
  std::vector<nlohmann::json> documents;  ///< what each was read from, with --control

  bool several() const { return modules.size() > 1; }
  /// Of the first module.
  const World& world() const { return modules.front().scenario->world; }
};

/// Throws ScenarioError and RunError.
RunPlan plan_run(const RunOptions& options);

}  // namespace sim800
