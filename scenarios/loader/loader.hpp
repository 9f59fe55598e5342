// Reads scenario files. Every mistake in a file is reported at once, with its position and what was expected there.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/identity.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/mistake.hpp"

namespace sim800 {

struct ScenarioError : std::runtime_error {
  explicit ScenarioError(std::vector<ScenarioMistake> found);
  std::vector<ScenarioMistake> mistakes;
};

/// One of the modules that a scenario file describes.
struct ModuleScenario {
  std::string name;  ///< empty: it has none but its number
  GivenIdentity identity;
  /// The same for modules that differ in name and identity only.
  std::shared_ptr<Scenario> scenario;
};

/// Parses the text of a scenario that extends no other; `file` is named in mistakes.  One module, where it says nothing
/// of "modules" or a "fleet".  Throws ScenarioError.
std::vector<ModuleScenario> parse_modules(std::string_view text, const std::string& file);

/// The same for the first module, without its identity.
Scenario parse_scenario(std::string_view text, const std::string& file);

/// Gives the scenario another time scale.  Throws ScenarioError if its events are too frequent for it.
void set_time_scale(Scenario& scenario, double scale, const std::string& file);

struct ScenarioFile {
  std::filesystem::path path;
  std::string text;
};

/// `name` is a file, or the name of a shipped scenario, looked up in `shipped` (without ".json"). Throws ScenarioError.
ScenarioFile find_scenario(const std::string& name, const std::vector<std::filesystem::path>& shipped);

/// The same, where a file's own folder is `folder` and there is no other to look in.
ScenarioFile find_beside(const std::string& name, const std::filesystem::path& folder,
                         const std::vector<std::filesystem::path>& shipped);

/// Finds a scenario and parses it, with what it extends. Throws ScenarioError.
Scenario load_scenario(const std::string& name, const std::vector<std::filesystem::path>& shipped);

/// The scenarios in those directories, by name; one in an earlier directory hides others of the same name.
std::map<std::string, std::filesystem::path> shipped_files(const std::vector<std::filesystem::path>& shipped);

}  // namespace sim800
