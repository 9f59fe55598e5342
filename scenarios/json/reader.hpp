// Takes a JSON text apart into members of structs.  A key is one line:
//   signal["rssi"].number(network.rssi);
// The schema has seen to kinds, ranges and unknown keys (schema.hpp); what only the program can know is refused here.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/core/duration.hpp"
#include "scenarios/json/mistake.hpp"
#include "scenarios/json/positions.hpp"

namespace sim800 {

/// The mistakes found in one file.
class Report {
 public:
  Report(const PlacedJson& json, std::string file);
  void at_value(const std::string& pointer, std::string expected);
  void at_key(const std::string& pointer, std::string expected);
  std::size_t size() const { return mistakes_.size(); }
  /// From now on a place that has a mistake gets no other: what the schema refused is not refused again.
  void one_for_each_place() { one_for_each_place_ = true; }
  /// In the order of the file; leaves none behind.
  std::vector<ScenarioMistake> take();

 private:
  void add(Place place, const std::string& pointer, std::string expected);

  const PlacedJson& json_;
  std::string file_;
  bool one_for_each_place_ = false;
  std::vector<ScenarioMistake> mistakes_;
};

class Section;

/// A value of the file, or the lack of one.  Each reading function sets its argument if the value is there and of the
/// kind wanted, and otherwise leaves it alone.
class Value {
 public:
  Value(Report& report, const nlohmann::json* json, std::string pointer, std::string name)
      : report_(report), json_(json), pointer_(std::move(pointer)), name_(std::move(name)) {}

  explicit operator bool() const { return json_ != nullptr; }
  const nlohmann::json& json() const { return *json_; }
  /// Its key.
  const std::string& name() const { return name_; }
  void refuse(std::string expected) const { report_.at_value(pointer_, std::move(expected)); }
  void refuse_name(std::string expected) const { report_.at_key(pointer_, std::move(expected)); }

  /// The text, or nothing.
  const std::string* text() const { return json_ ? json_->get_ptr<const std::string*>() : nullptr; }
  void text(std::string& member) const;
  void text(std::optional<std::string>& member) const;
  void flag(bool& member) const;
  void number(std::integral auto& member) const {
    if (json_ && json_->is_number_integer()) json_->get_to(member);
  }
  void number(double& member) const;
  void duration(Duration& member) const;
  void duration(std::optional<Duration>& member) const;
  /// One of a few words.
  template <typename T>
  void choice(T& member, std::initializer_list<std::pair<std::string_view, T>> words) const;
  /// An object whose keys `read` names: read(Section&, T&).
  template <typename T, typename Read>
  void object(T& member, Read read) const;
  /// An object with any keys: read(const Value&, T&) for each of them.
  template <typename T, typename Read>
  void map(std::map<std::string, T>& member, Read read) const;
  /// A list of objects: read(Section&, T&) for each of them.
  template <typename T, typename Read>
  void list(std::vector<T>& member, Read read) const;

 private:
  Report& report_;
  const nlohmann::json* json_;
  std::string pointer_, name_;
};

/// An object of the file, by key.
class Section {
 public:
  Section(Report& report, const nlohmann::json& object, std::string pointer)
      : report_(report), object_(object), pointer_(std::move(pointer)) {}

  Value operator[](std::string_view key) const;

 private:
  Report& report_;
  const nlohmann::json& object_;
  std::string pointer_;
};

template <typename T>
void Value::choice(T& member, std::initializer_list<std::pair<std::string_view, T>> words) const {
  for (const auto& [word, value] : words) {
    if (json_ && *json_ == word) member = value;
  }
}

template <typename T, typename Read>
void Value::object(T& member, Read read) const {
  if (!json_ || !json_->is_object()) return;
  Section section(report_, *json_, pointer_);
  read(section, member);
}

template <typename T, typename Read>
void Value::map(std::map<std::string, T>& member, Read read) const {
  if (!json_ || !json_->is_object()) return;
  for (const auto& [key, value] : json_->items())
    read(Value(report_, &value, pointer_to(pointer_, key), key), member[key]);
}

template <typename T, typename Read>
void Value::list(std::vector<T>& member, Read read) const {
  if (!json_ || !json_->is_array()) return;
  for (std::size_t i = 0; i < json_->size(); ++i) {
    const std::string index = std::to_string(i);
    Value(report_, &(*json_)[i], pointer_to(pointer_, index), index).object(member.emplace_back(), read);
  }
}

}  // namespace sim800
