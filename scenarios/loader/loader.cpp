// Reads scenario files.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/loader.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenarios/json/reader.hpp"
#include "scenarios/loader/event_pace.hpp"
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
