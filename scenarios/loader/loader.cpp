// Reads scenario files.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    Value(report, &json.root(), "", "").object(scenario.world, read_world);
    const Entry::Refuse refuse = [&report](const std::string& pointer, std::string expected) {
      report.at_value(pointer, std::move(expected));
    };
    if (sound) read_faults(json.root(), refuse, scenario);
  }
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return scenario;
}

}  // namespace sim800
