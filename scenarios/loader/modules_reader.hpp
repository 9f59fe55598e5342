// The modules of a scenario: the file's common part, and what its "modules" or its "fleet" lay over it for each.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenarios/json/reader.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {

class ModulesReader {
 public:
  ModulesReader(const nlohmann::json& file, Report& report);

  /// At least one module. `sound`: the schema has refused nothing so far; faults are read only then.
  std::vector<ModuleScenario> read(bool sound);

 private:
  void read_list(const nlohmann::json& list);
  void read_fleet(const nlohmann::json& fleet);
  bool add(nlohmann::json part, const std::string& pointer);
  std::shared_ptr<Scenario> parse(const nlohmann::json& part, const std::string& pointer);

  const nlohmann::json& file_;
  nlohmann::json common_;  ///< the file without its modules
  Report& report_;
  bool sound_ = true;
  std::vector<ModuleScenario> modules_;
  std::map<std::string, std::shared_ptr<Scenario>> parsed_;  ///< by what is laid over
};

/// Every {n} in the texts of a value is the number `n`; {n:3} has leading zeros where it is shorter than three digits.
nlohmann::json with_number(nlohmann::json value, unsigned n);

}  // namespace sim800
