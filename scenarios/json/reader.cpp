// SPDX-License-Identifier: MIT
#include "scenarios/json/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "scenarios/json/duration_text.hpp"

namespace sim800 {
namespace {

std::string words_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string text;
  for (const auto& [key, part] : value.items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, words_of(part));
  return text;
}

/// The schema refuses much shorter ones: their parts are not worth the memory.
constexpr std::size_t longest_list = 100'000;

}  // namespace

// --- mistakes

Report::Report(const LayeredJson& json) : json_(json) {
  for (std::size_t layer = 0; layer < json.layers().size(); ++layer) {
    for (const JsonMistake& mistake : json.layers()[layer].json->mistakes())
      add(layer, mistake.place, {.pointer = mistake.pointer, .expected = mistake.expected, .found = mistake.found});
  }
}

std::string Report::in_file(const std::string& pointer) const {
  const bool is_there = part_ != nullptr && part_->contains(nlohmann::json::json_pointer(pointer));
  return is_there ? part_pointer_ + pointer : pointer;
}

void Report::at_value(const std::string& read, std::string expected, std::string found, std::string hint) {
  if (!more_) add(json_.value_at(in_file(read)), std::move(expected), std::move(found), std::move(hint));
}

void Report::at_key(const std::string& read, std::string expected, std::string found, std::string hint) {
  if (!more_) add(json_.key_at(in_file(read)), std::move(expected), std::move(found), std::move(hint));
}

std::string Report::where(const std::string& read) const {
  const LayeredJson::Found there = json_.value_at(in_file(read));
  const LayeredJson::Layer& source = json_.layers()[there.layer];
  const auto [line, column] = there.token.place;
  return source.has_lines ? fmt::format("{}:{}:{}", source.source, line, column) : source.source;
}

void Report::add(LayeredJson::Found there, std::string expected, std::string found, std::string hint) {
  if (found.empty()) found = std::move(there.token.text);
  add(there.layer, there.token.place,
      {.pointer = std::move(there.pointer),
       .expected = std::move(expected),
       .found = std::move(found),
       .hint = std::move(hint)});
}

void Report::add(std::size_t layer, Place place, ScenarioMistake mistake) {
  const LayeredJson::Layer& source = json_.layers()[layer];
  mistake.file = source.source;
  mistake.line = source.has_lines ? place.line : 0;
  mistake.column = source.has_lines ? place.column : 0;
  const auto is_there = [&](const Noted& other) {
    return other.layer == layer && other.mistake.line == mistake.line && other.mistake.column == mistake.column &&
           (source.has_lines || other.mistake.pointer == mistake.pointer);
  };
  if (one_for_each_place_ && std::ranges::any_of(mistakes_, is_there)) return;
  more_ = mistakes_.size() >= max_mistakes;
  if (more_) return;
  mistakes_.push_back({layer, std::move(mistake)});
}

std::vector<ScenarioMistake> Report::take() {
  std::ranges::sort(mistakes_, {}, [](const Noted& noted) {
    const ScenarioMistake& mistake = noted.mistake;
    return std::tie(noted.layer, mistake.line, mistake.column, mistake.pointer, mistake.expected);
  });
  std::vector<ScenarioMistake> taken;
  taken.reserve(mistakes_.size() + 1);
  for (Noted& noted : mistakes_) taken.push_back(std::move(noted.mistake));
  mistakes_.clear();
  if (more_) {
    taken.push_back({.file = json_.layers().back().source,
                     .expected = fmt::format("at most {} mistakes", max_mistakes),
                     .found = "more",
                     .hint = "these were found first"});
  }
  return taken;
}

// --- values

Value::Value(const Value& parent, const nlohmann::json* json, std::string name)
    : report_(parent.report_),
      json_(json),
      parent_(parent.json_),
      parent_pointer_(parent.pointer()),
      name_(std::move(name)) {}

std::string Value::pointer() const { return parent_ == nullptr ? "" : pointer_to(parent_pointer_, name_); }

Value Value::operator[](std::string_view key) const {
  const nlohmann::json* found = nullptr;
  if (json_ != nullptr && json_->is_object()) {
    const auto place = json_->find(key);
    if (place != json_->end()) found = &*place;
  }
  return {*this, found, std::string(key)};
}

Value Value::alias(std::string_view old_name) const {
  if (parent_ == nullptr || !parent_->is_object()) return *this;
  const auto place = parent_->find(old_name);
  if (place == parent_->end()) return *this;
  Value old = *this;
  old.json_ = &*place;
  old.name_ = old_name;
  if (json_ == nullptr) return old;
  old.refuse_name(fmt::format("either \"{}\" or its old name \"{}\"", name_, old_name), "both");
  return *this;
}

std::vector<Value> Value::members() const {
  std::vector<Value> values;
  if (json_ == nullptr || !json_->is_object() || json_->size() > longest_list) return values;
  for (const auto& [key, value] : json_->items()) values.push_back({*this, &value, key});
  return values;
}

std::vector<Value> Value::items() const {
  std::vector<Value> values;
  if (json_ == nullptr) return values;
  if (!json_->is_array()) return {*this};
  if (json_->size() > longest_list) return values;
  for (std::size_t i = 0; i < json_->size(); ++i) values.push_back({*this, &(*json_)[i], std::to_string(i)});
  return values;
}

std::optional<std::string> Value::text() const {
  return json_ != nullptr && json_->is_string() ? std::optional(json_->get<std::string>()) : std::nullopt;
}

std::optional<double> Value::number() const {
  return json_ != nullptr && json_->is_number() ? std::optional(json_->get<double>()) : std::nullopt;
}

std::optional<std::int64_t> Value::integer() const {
  return json_ != nullptr && json_->is_number_integer() ? std::optional(json_->get<std::int64_t>()) : std::nullopt;
}

std::optional<bool> Value::flag() const {
  return json_ != nullptr && json_->is_boolean() ? std::optional(json_->get<bool>()) : std::nullopt;
}

std::optional<Duration> Value::duration() const {
  const auto written = text();
  if (!written) return std::nullopt;
  const auto span = parse_duration(*written);
  if (!span) refuse("a duration of at most 1000h");
  return span;
}

std::optional<DurationRange> Value::duration_range() const {
  if (!is_array()) {
    const auto fixed = duration();
    return fixed ? std::optional(DurationRange(*fixed)) : std::nullopt;
  }
  const auto ends = items();
  if (ends.size() != 2) return std::nullopt;
  const auto least = ends[0].duration(), most = ends[1].duration();
  if (!least || !most) return std::nullopt;
  if (*most < *least) ends[1].refuse("a duration no shorter than the one before it");
  return DurationRange(*least, *most);
}

std::optional<Pattern> Value::pattern() const {
  const auto written = text();
  if (!written || report_->full()) return std::nullopt;
  try {
    return Pattern(*written);
  } catch (const PatternError& error) {
    refuse(std::string(Pattern::expected), {}, error.what());
    return std::nullopt;
  }
}

std::vector<std::string> Value::texts() const {
  std::vector<std::string> texts;
  for (const Value& item : items()) {
    if (auto written = item.text()) texts.push_back(std::move(*written));
  }
  return texts;
}

std::optional<std::string> Value::typed() const {
  return json_ != nullptr && json_->is_number() ? json_->dump() : text();
}

void Value::refuse(std::string expected, std::string found, std::string hint) const {
  report_->at_value(pointer(), std::move(expected), std::move(found), std::move(hint));
}

void Value::refuse_name(std::string expected, std::string found, std::string hint) const {
  report_->at_key(pointer(), std::move(expected), std::move(found), std::move(hint));
}

std::string Value::words() const { return json_ == nullptr ? "" : words_of(*json_); }

std::string Value::summary() const {
  static constexpr std::array<std::string_view, 5> beside{"every_nth", "for", "lines", "nth", "place"};
  std::string named, rest;
  if (json_ == nullptr || !json_->is_object()) return named;
  for (const auto& [key, value] : json_->items()) {
    std::string& text = std::ranges::find(beside, key) == beside.end() ? named : rest;
    const std::string part = words_of(value);
    text += fmt::format(" {}{}{}", key, part.empty() ? "" : " ", part);
  }
  return (named + rest).substr(std::min<std::size_t>(1, (named + rest).size()));
}

}  // namespace sim800
