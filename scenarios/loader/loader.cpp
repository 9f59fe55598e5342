// Reads scenario files.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/loader.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenarios/json/reader.hpp"
#include "scenarios/loader/event_pace.hpp"
#include "scenarios/loader/modules_reader.hpp"
#include "scenarios/loader/schema.hpp"

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

std::vector<ModuleScenario> parse_modules(std::string_view text, const std::string& file) {
  const PlacedJson json(text);
  Report report(json, file);
  std::vector<ModuleScenario> modules;
  if (json.parsed()) {
    check_structure(json.root(), report);
    report.one_for_each_place();
    modules = ModulesReader(json.root(), report).read(report.size() == 0);
  }
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return modules;
}

Scenario parse_scenario(std::string_view text, const std::string& file) {
  return *parse_modules(text, file).front().scenario;
}

void set_time_scale(Scenario& scenario, double scale, const std::string& file) {
  std::vector<ScenarioMistake> mistakes;
  EventPace pace(scale);
  for (std::size_t i = 0; i < scenario.events.size() && mistakes.size() < max_mistakes; ++i) {
    const auto period = scenario.events[i].period;
    if (auto expected = pace.refuse(period, scenario.events[i].actions.size())) {
      mistakes.push_back({.file = file,
                          .pointer = fmt::format("/events/{}/period", i),
                          .expected = std::move(*expected),
                          .found = fmt::format("{:g}ms", std::chrono::duration<double, std::milli>(*period).count())});
    }
  }
  if (!mistakes.empty()) throw ScenarioError(std::move(mistakes));
  scenario.world.timing.scale = scale;
}

}  // namespace sim800
