// Takes a JSON text apart into members of structs and notes every mistake on the way.
// SPDX-License-Identifier: MIT
#include "scenarios/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "scenarios/duration_text.hpp"
#include "scenarios/nearest.hpp"

namespace sim800 {
namespace {

std::string expected_of(const Range& range) {
  std::string text = fmt::format("a whole number from {} to {}", range.least, range.most);
  if (range.also) text += fmt::format(", or {}", *range.also);
  return text;
}

}  // namespace

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
  mistakes_.push_back({file_, place.line, place.column, pointer, std::move(expected)});
}

std::vector<ScenarioMistake> Report::take() {
  const auto place = [](const ScenarioMistake& mistake) {
    return std::tie(mistake.line, mistake.column, mistake.pointer, mistake.expected);
  };
  std::ranges::sort(mistakes_, {}, place);
  return std::exchange(mistakes_, {});
}

void Value::not_yet() const {
  if (json_) refuse_name("not supported by this version");
}

void Value::name_fits(const TextRule& rule) const {
  if (!rule.fits(name_)) refuse_name("a key that is " + rule.expected);
}

const std::string* Value::as_text(const TextRule& rule) const {
  if (!json_) return nullptr;
  const auto* text = json_->get_ptr<const std::string*>();
  if (text && rule.fits(*text)) return text;
  refuse(rule.expected);
  return nullptr;
}

void Value::text(std::string& member, const TextRule& rule) const {
  if (const auto* text = as_text(rule)) member = *text;
}

void Value::text(std::optional<std::string>& member, const TextRule& rule) const {
  if (const auto* text = as_text(rule)) member = *text;
}

void Value::flag(bool& member) const {
  if (!json_) return;
  if (!json_->is_boolean()) return refuse("true or false");
  member = json_->get<bool>();
}

void Value::number(int& member, Range range) const {
  if (!json_) return;
  // An unsigned number too large for 64 bits with a sign comes out negative, or as no integer at all: refused either
  // way.
  const std::int64_t value = json_->is_number_integer() ? json_->get<std::int64_t>() : -1;
  const bool inside = value >= range.least && value <= range.most;
  if (!json_->is_number_integer() || !(inside || value == range.also)) return refuse(expected_of(range));
  member = json_->get<int>();
}

void Value::factor(double& member, double most) const {
  if (!json_) return;
  const double value = json_->is_number() ? json_->get<double>() : 0;
  if (!(value > 0 && value <= most)) return refuse(fmt::format("a number above 0 and at most {}", most));
  member = value;
}

void Value::duration(Duration& member) const {
  if (!json_) return;
  const auto* text = json_->get_ptr<const std::string*>();
  const auto value = text ? parse_duration(*text) : std::nullopt;
  if (!value) return refuse("a duration such as \"250ms\" or \"1.5s\" (us, ms, s, min, h; at most 1000h)");
  member = *value;
}

void Value::refuse_word(const std::vector<std::string_view>& words) const {
  refuse(fmt::format("one of \"{}\"", fmt::join(words, "\", \"")));
}

bool Value::is_object() const {
  if (json_ && !json_->is_object()) refuse("an object");
  return json_ && json_->is_object();
}

bool Value::is_list() const {
  if (json_ && !json_->is_array()) refuse("a list");
  return json_ && json_->is_array();
}

Value Section::operator[](std::string_view key) {
  known_.emplace_back(key);
  const auto found = object_.find(key);
  return {report_, found == object_.end() ? nullptr : &*found, pointer_to(pointer_, key), known_.back()};
}

Value Section::required(std::string_view key) {
  Value value = (*this)[key];
  if (!value) report_.at_value(pointer_, fmt::format("an object with the key \"{}\"", key));
  return value;
}

void Section::finish() const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const auto& [key, value] : object_.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    report_.at_key(pointer_to(pointer_, key), unknown_word("key", key, known));
  }
}

}  // namespace sim800
