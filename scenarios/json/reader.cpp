// Takes a JSON text apart into members of structs.
// SPDX-License-Identifier: MIT
#include "scenarios/json/reader.hpp"

#include <algorithm>
#include <tuple>

#include "scenarios/json/duration_text.hpp"

namespace sim800 {

Report::Report(const PlacedJson& json, std::string file) : json_(json), file_(std::move(file)) {
  for (const JsonMistake& mistake : json.mistakes()) add(mistake.place, mistake.pointer, mistake.expected);
}

void Report::at_value(const std::string& pointer, std::string expected) {
  add(json_.value_at(pointer), pointer, std::move(expected));
}

void Report::at_key(const std::string& pointer, std::string expected) {
  add(json_.key_at(pointer), pointer, std::move(expected));
}

void Report::add(Place place, const std::string& pointer, std::string expected) {
  const auto is_there = [place](const ScenarioMistake& mistake) {
    return mistake.line == place.line && mistake.column == place.column;
  };
  if (one_for_each_place_ && std::ranges::any_of(mistakes_, is_there)) return;
  mistakes_.push_back({file_, place.line, place.column, pointer, std::move(expected)});
}

std::vector<ScenarioMistake> Report::take() {
  const auto place = [](const ScenarioMistake& mistake) {
    return std::tie(mistake.line, mistake.column, mistake.pointer, mistake.expected);
  };
  std::ranges::sort(mistakes_, {}, place);
  return std::exchange(mistakes_, {});
}

void Value::text(std::string& member) const {
  if (const std::string* given = text()) member = *given;
}

void Value::text(std::optional<std::string>& member) const {
  if (const std::string* given = text()) member = *given;
}

void Value::flag(bool& member) const {
  if (json_ && json_->is_boolean()) json_->get_to(member);
}

void Value::number(double& member) const {
  if (json_ && json_->is_number()) json_->get_to(member);
}

void Value::duration(Duration& member) const {
  std::optional<Duration> given;
  duration(given);
  member = given.value_or(member);
}

void Value::duration(std::optional<Duration>& member) const {
  const std::string* given = text();
  if (!given) return;
  const auto value = parse_duration(*given);
  if (!value) return refuse("a duration of at most 1000h");
  member = value;
}

Value Section::operator[](std::string_view key) const {
  const auto found = object_.find(key);
  return {report_, found == object_.end() ? nullptr : &*found, pointer_to(pointer_, key), std::string(key)};
}

}  // namespace sim800
