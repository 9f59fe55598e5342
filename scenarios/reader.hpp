// Takes a JSON text apart into members of structs and notes every mistake on the way.  A key is one line:
//   signal["rssi"].number(network.rssi, {0, 31, 99});
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/duration.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/positions.hpp"
#include "scenarios/text_rules.hpp"

namespace sim800 {

/// Whole numbers from `least` to `most`, and perhaps one more.
struct Range {
  int least, most;
  std::optional<int> also = {};
};

/// The mistakes found in one file.
class Report {
 public:
  Report(const PlacedJson& json, std::string file);
  void at_value(const std::string& pointer, std::string expected);
  void at_key(const std::string& pointer, std::string expected);
  /// In the order of the file; leaves none behind.
  std::vector<ScenarioMistake> take();

 private:
  void add(Place place, const std::string& pointer, std::string expected);

  const PlacedJson& json_;
  std::string file_;
  std::vector<ScenarioMistake> mistakes_;
};

class Section;

/// A value of the file, or the lack of one.  Each reading function sets its argument if the value is there and as it
/// should be, notes a mistake if it is there and is not, and otherwise does nothing.
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
  /// Its key must be like that.
  void name_fits(const TextRule& rule) const;
  /// A key that later versions know.
  void not_yet() const;

  void text(std::string& member, const TextRule& rule = any_text()) const;
  void text(std::optional<std::string>& member, const TextRule& rule = any_text()) const;
  void flag(bool& member) const;
  void number(int& member, Range range) const;
  /// Above 0 and at most `most`.
  void factor(double& member, double most) const;
  void duration(Duration& member) const;
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
  const std::string* as_text(const TextRule& rule) const;
  void refuse_word(const std::vector<std::string_view>& words) const;
  bool is_object() const;
  bool is_list() const;

  Report& report_;
  const nlohmann::json* json_;
  std::string pointer_, name_;
};

/// An object of the file whose keys are known: each is asked for once, in any order, then finish() complains about the
/// rest.
class Section {
 public:
  Section(Report& report, const nlohmann::json& object, std::string pointer)
      : report_(report), object_(object), pointer_(std::move(pointer)) {}

  Value operator[](std::string_view key);
  /// As [], and a mistake if the key is not there.
  Value required(std::string_view key);
  void finish() const;

 private:
  Report& report_;
  const nlohmann::json& object_;
  std::string pointer_;
  std::vector<std::string> known_;
};

template <typename T>
void Value::choice(T& member, std::initializer_list<std::pair<std::string_view, T>> words) const {
  if (!json_) return;
  std::vector<std::string_view> names;
  for (const auto& [word, value] : words) {
    if (*json_ == word) {
      member = value;
      return;
    }
    names.push_back(word);
  }
  refuse_word(names);
}

template <typename T, typename Read>
void Value::object(T& member, Read read) const {
  if (!is_object()) return;
  Section section(report_, *json_, pointer_);
  read(section, member);
  section.finish();
}

template <typename T, typename Read>
void Value::map(std::map<std::string, T>& member, Read read) const {
  if (!is_object()) return;
  for (const auto& [key, value] : json_->items())
    read(Value(report_, &value, pointer_to(pointer_, key), key), member[key]);
}

template <typename T, typename Read>
void Value::list(std::vector<T>& member, Read read) const {
  if (!is_list()) return;
  for (std::size_t i = 0; i < json_->size(); ++i) {
    const std::string index = std::to_string(i);
    Value(report_, &(*json_)[i], pointer_to(pointer_, index), index).object(member.emplace_back(), read);
  }
}

}  // namespace sim800
