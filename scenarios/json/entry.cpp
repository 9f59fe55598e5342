// SPDX-License-Identifier: MIT
#include "scenarios/json/entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/pattern.hpp"
#include "scenarios/json/duration_text.hpp"
#include "scenarios/json/positions.hpp"

namespace sim800 {
namespace {

const nlohmann::json nothing = nlohmann::json::object();

std::string words_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string text;
  for (const auto& [key, part] : value.items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, words_of(part));
  return text;
}

}  // namespace

Entry::Entry(const nlohmann::json& json, std::string pointer, const Refuse& refuse)
    : json_(json.is_object() ? &json : &nothing), pointer_(std::move(pointer)), refuse_(refuse) {}

const nlohmann::json* Entry::find(std::string_view key) const {
  const auto found = json_->find(key);
  return found == json_->end() ? nullptr : &*found;
}

std::vector<std::string> Entry::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json_->items()) keys.push_back(key);
  return keys;
}

std::optional<std::string> Entry::text(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

std::optional<double> Entry::number(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

std::optional<std::int64_t> Entry::integer(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_number_integer() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
}

std::optional<bool> Entry::flag(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}

std::optional<Duration> Entry::duration(std::string_view key) const {
  const auto written = text(key);
  return written ? parse_duration(*written) : std::nullopt;
}

std::optional<std::regex> Entry::pattern(std::string_view key) const {
  const auto written = text(key);
  if (!written) return std::nullopt;
  try {
    return compile_pattern(*written);
  } catch (const std::regex_error&) {
    refuse(key, "a regular expression (ECMAScript)");
    return std::nullopt;
  }
}

std::vector<std::string> Entry::texts(std::string_view key) const {
  std::vector<std::string> texts;
  const auto* value = find(key);
  if (value == nullptr || !value->is_array()) return texts;
  for (const auto& item : *value) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

Entry Entry::at(std::string_view key) const {
  const auto* value = find(key);
  return {value != nullptr ? *value : nothing, pointer_to(pointer_, key), refuse_};
}

std::vector<Entry> Entry::list(std::string_view key) const {
  std::vector<Entry> entries;
  const auto* value = find(key);
  if (value == nullptr) return entries;
  const std::string pointer = pointer_to(pointer_, key);
  if (!value->is_array()) return {Entry(*value, pointer, refuse_)};
  for (std::size_t i = 0; i < value->size(); ++i) {
    entries.emplace_back((*value)[i], pointer_to(pointer, std::to_string(i)), refuse_);
  }
  return entries;
}

void Entry::refuse(std::string_view key, std::string expected) const {
  refuse_(pointer_to(pointer_, key), std::move(expected));
}

std::string Entry::words() const {
  static constexpr std::array<std::string_view, 5> beside{"every_nth", "for", "lines", "nth", "place"};
  std::string name, rest;
  for (const auto& [key, value] : json_->items()) {
    std::string& text = std::ranges::find(beside, key) == beside.end() ? name : rest;
    const std::string part = words_of(value);
    text += fmt::format(" {}{}{}", key, part.empty() ? "" : " ", part);
  }
  return (name + rest).substr(std::min<std::size_t>(1, (name + rest).size()));
}

}  // namespace sim800
