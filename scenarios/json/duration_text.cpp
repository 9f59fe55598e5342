// Durations as in scenario files: "250ms", "1.5s", "2min".
// SPDX-License-Identifier: MIT
#include "scenarios/json/duration_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace sim800 {
namespace {

constexpr std::array<std::pair<std::string_view, Duration>, 5> units{
    {{"us", 1us}, {"ms", 1ms}, {"s", 1s}, {"min", 1min}, {"h", 1h}}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  // from_chars would also accept a sign, "inf" and a point at either end.
  const auto number_end = std::ranges::find_if(text, [](char c) { return !is_digit(c) && c != '.'; });
  if (number_end == text.begin() || !is_digit(text.front()) || !is_digit(*(number_end - 1))) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.begin(), number_end, number, std::chars_format::fixed);
  if (error != std::errc{} || end != number_end) return std::nullopt;

  const auto unit =
      std::ranges::find(units, std::string_view(number_end, text.end()), &std::pair<std::string_view, Duration>::first);
  if (unit == units.end()) return std::nullopt;
  const double nanoseconds = number * static_cast<double>(unit->second.count());
  if (nanoseconds > static_cast<double>(longest_duration.count())) return std::nullopt;
  return Duration(std::llround(nanoseconds));
}

}  // namespace sim800
