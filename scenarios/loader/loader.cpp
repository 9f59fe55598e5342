// Reads scenario files.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/loader.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenarios/faults/actions.hpp"
#include "scenarios/loader/combine.hpp"
#include "scenarios/loader/event_pace.hpp"

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
  return parse_modules(Combined{.files = {}, .json = LayeredJson(text, file)});
}

Scenario parse_scenario(std::string_view text, const std::string& file) {
  return *parse_modules(text, file).front().scenario;
}

void set_time_scale(Scenario& scenario, double scale, const std::string& file) {
  std::vector<ScenarioMistake> mistakes;
  EventPace pace(scale);
  const auto judge = [&](std::string_view list, std::size_t index, std::string_view key, std::optional<Duration> every,
                         std::uint64_t actions) {
    if (mistakes.size() >= max_mistakes) return;
    auto expected = pace.refuse(every, actions);
    if (!expected) return;
    mistakes.push_back({.file = file,
                        .pointer = fmt::format("/{}/{}/{}", list, index, key),
                        .expected = std::move(*expected),
                        .found = fmt::format("{:g}ms", std::chrono::duration<double, std::milli>(*every).count())});
  };
  const auto judge_repeats = [&](std::string_view list, std::size_t index, const Steps& steps) {
    if (const auto often = busiest(steps)) judge(list, index, "do", often->least, often->actions);
  };
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) judge_repeats("faults", i, scenario.faults[i].steps);
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    const Event& event = scenario.events[i];
    judge("events", i, "period", event.period, pace_of(event.steps).actions);
    judge_repeats("events", i, event.steps);
  }
  if (!mistakes.empty()) throw ScenarioError(std::move(mistakes));
  scenario.world.timing.scale = scale;
}

}  // namespace sim800
