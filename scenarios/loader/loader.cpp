// Reads scenario files.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/loader.hpp"

#include <utility>

#include "scenarios/json/reader.hpp"
#include "scenarios/loader/fault_reader.hpp"
#include "scenarios/loader/schema.hpp"
#include "scenarios/loader/world_reader.hpp"

namespace sim800 {
namespace {

std::string all_texts(const std::vector<ScenarioMistake>& mistakes) {
  std::string text;
  for (const ScenarioMistake& mistake : mistakes) text += (text.empty() ? "" : "\n") + mistake.text();
  return text;
}

}  // namespace

ScenarioError::ScenarioError(std::vector<ScenarioMistake> found)
    : std::runtime_error(all_texts(found)), mistakes(std::move(found)) {}

Scenario parse_scenario(std::string_view text, const std::string& file) {
  const PlacedJson json(text);
  Report report(json, file);
  Scenario scenario;
  if (json.parsed()) {
    check_structure(json.root(), report);
    report.one_for_each_place();
    const bool sound = report.size() == 0;
    const Value root(report, json.root());
    read_world(root, scenario.world);
    if (sound) read_faults(root, scenario);
  }
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return scenario;
}

}  // namespace sim800
