// Reads a JSON file value by value.  A key that sets a member is one line:
//   signal["rssi"].read(network.rssi);
// and one that has been renamed still reads files with its old name, which the schema must know too
// (docs/scenarios.md):
//   signal["rssi"].alias("strength").read(network.rssi);
// The schema has seen to types, ranges and unknown keys (schema.hpp); what only the program can know is refused here.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "emulator/core/duration.hpp"
#include "protocol/pattern.hpp"
#include "scenarios/json/layered.hpp"
#include "scenarios/json/mistake.hpp"

namespace sim800 {

/// The mistakes found in a scenario, up to `max_mistakes`; of any more only the fact is kept.
class Report {
 public:
  /// Begins with those that make it no JSON.  `json` must outlive the report.
  explicit Report(const LayeredJson& json);
  /// `found` is what the file has there, unless it is given.
  void at_value(const std::string& pointer, std::string expected, std::string found = {}, std::string hint = {});
  void at_key(const std::string& pointer, std::string expected, std::string found = {}, std::string hint = {});
  /// Where the value that the pointer leads to stands: "FILE:LINE:COLUMN".
  std::string where(const std::string& pointer) const;
  std::size_t size() const { return mistakes_.size(); }
  /// There are more mistakes than anybody reads: looking for others, and for words about them, is wasted work.
  bool full() const { return more_; }
  /// From now on what is read is the file with `part`, which stands at `pointer`, laid over it: its mistakes are there.
  /// `part` must outlive the reading; null: the file itself is read.
  void laid_over(std::string pointer, const nlohmann::json* part) {
    part_pointer_ = std::move(pointer);
    part_ = part;
  }
  /// From now on a place that has a mistake gets no other: what the schema refused is not refused again.
  void one_for_each_place() { one_for_each_place_ = true; }
  /// In the order of the files; leaves none behind.
  std::vector<ScenarioMistake> take();

 private:
  struct Noted {
    std::size_t layer;
    ScenarioMistake mistake;
  };
  void add(std::size_t layer, Place place, ScenarioMistake mistake);
  void add(LayeredJson::Found there, std::string expected, std::string found, std::string hint);
  std::string in_file(const std::string& pointer) const;

  const LayeredJson& json_;
  std::string part_pointer_;
  const nlohmann::json* part_ = nullptr;
  bool one_for_each_place_ = false, more_ = false;
  std::vector<Noted> mistakes_;
};

/// The words a value may be, and what they mean.
template <class T>
using Words = std::initializer_list<std::pair<std::string_view, T>>;

/// A value of the file, or the lack of one.  Asking never fails: what is not there, or not of the type asked for, is
/// nothing, and read() then leaves its argument alone.
class Value {
 public:
  /// The whole file.
  Value(Report& report, const nlohmann::json& root) : report_(&report), json_(&root) {}

  explicit operator bool() const { return json_ != nullptr; }
  /// What is refused from now on is not shown any more; see Report.
  bool report_full() const { return report_->full(); }
  bool is_array() const { return json_ != nullptr && json_->is_array(); }
  bool is_object() const { return json_ != nullptr && json_->is_object(); }
  /// Its key, or its index in an array.
  const std::string& name() const { return name_; }
  /// JSON pointer, and the place of a value that is there: "FILE:LINE:COLUMN".
  std::string pointer() const;
  std::string where() const { return report_->where(pointer()); }

  /// The value of a key of this object.
  Value operator[](std::string_view key) const;
  /// This value, or where it is missing the one that stands under its old name.  Both at once are a mistake.
  Value alias(std::string_view old_name) const;
  /// The values of an object, in the order of their keys.
  std::vector<Value> members() const;
  /// The items of an array; any other value stands for an array of itself alone.
  std::vector<Value> items() const;

  std::optional<std::string> text() const;
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;
  std::optional<bool> flag() const;
  std::optional<Duration> duration() const;  ///< refuses one of more than 1000h
  /// A duration, or an array of the least and the greatest; refuses one the wrong way round.
  std::optional<DurationRange> duration_range() const;
  std::optional<Pattern> pattern() const;    ///< refuses what RE2 refuses
  std::vector<std::string> texts() const;    ///< one string, or an array of them
  std::optional<std::string> typed() const;  ///< a string or a number, as it would be typed on a command line
  template <class T>
  std::optional<T> word(Words<T> words) const;

  void read(std::string& member) const { set(member, text()); }
  void read(std::optional<std::string>& member) const { set(member, text()); }
  void read(double& member) const { set(member, number()); }
  void read(bool& member) const { set(member, flag()); }
  void read(std::optional<bool>& member) const { set(member, flag()); }
  void read(std::integral auto& member) const { set(member, integer()); }
  void read(Duration& member) const { set(member, duration()); }
  void read(std::optional<Duration>& member) const { set(member, duration()); }
  void read(DurationRange& member) const { set(member, duration_range()); }
  template <class T>
  void read(T& member, Words<std::type_identity_t<T>> words) const {
    set(member, word<T>(words));
  }

  /// Notes a mistake at the value, or at its key; see Report.
  void refuse(std::string expected, std::string found = {}, std::string hint = {}) const;
  void refuse_name(std::string expected, std::string found = {}, std::string hint = {}) const;
  /// In short: "after_bytes=40000".
  std::string words() const;
  /// In short, with what stands beside the name of a trigger or an action behind it: "http after_bytes=40000 nth 3".
  std::string summary() const;

 private:
  Value(const Value& parent, const nlohmann::json* json, std::string name);

  template <class T, class Given>
  static void set(T& member, const std::optional<Given>& given) {
    if (!given) return;
    if constexpr (std::is_same_v<T, std::optional<Given>>) {
      member = given;
    } else {
      member = static_cast<T>(*given);
    }
  }

  Report* report_;
  const nlohmann::json* json_;
  const nlohmann::json* parent_ = nullptr;
  std::string parent_pointer_, name_;
};

template <class T>
std::optional<T> Value::word(Words<T> words) const {
  const auto given = text();
  for (const auto& [word, value] : words) {
    if (given == word) return value;
  }
  return std::nullopt;
}

}  // namespace sim800
