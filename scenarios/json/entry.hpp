// An object of a scenario file whose structure the schema has checked: what is left to see is whether it makes sense.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// Asking never fails: what is not there, or not of the type asked for, is nothing.
class Entry {
 public:
  /// Notes a mistake at a JSON pointer, and what was expected there.
  using Refuse = std::function<void(const std::string& pointer, std::string expected)>;

  Entry(const nlohmann::json& json, std::string pointer, const Refuse& refuse);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::vector<std::string> keys() const;
  std::optional<std::string> text(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<Duration> duration(std::string_view key) const;
  /// Refuses one that is no regular expression.
  std::optional<std::regex> pattern(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  /// The object under a key, or an empty one.
  Entry at(std::string_view key) const;
  /// The objects of a list, or the one object that stands in its place.
  std::vector<Entry> list(std::string_view key) const;

  void refuse(std::string expected) const { refuse_(pointer_, std::move(expected)); }
  void refuse(std::string_view key, std::string expected) const;
  /// The whole in short, what stands beside a trigger's or action's name behind it: "http after_bytes=40000 nth 3".
  std::string words() const;

 private:
  const nlohmann::json* find(std::string_view key) const;

  const nlohmann::json* json_;
  std::string pointer_;
  const Refuse& refuse_;
};

}  // namespace sim800
