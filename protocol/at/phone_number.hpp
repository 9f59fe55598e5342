// Phone numbers as in AT commands: digits, * and #, and a leading + for international ones (27.007 5.3).
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "protocol/text/characters.hpp"

namespace sim800 {

/// <type>: 145 for an international number, 129 for any other (24.008 10.5.4.7).
constexpr int type_of_number(std::string_view number) { return number.starts_with('+') ? 145 : 129; }

/// A number that can be stored: digits, * # and the pauses p and w; + only at the start.
constexpr bool is_phone_number(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  return std::ranges::all_of(
      number, [](char c) { return is_digit(c) || std::string_view("*#pPwW,").find(c) != std::string_view::npos; });
}

/// A number without its country code has at least so many digits.
inline constexpr std::size_t least_national_digits = 7;

/// The same subscriber; either number may lack the country code.
constexpr bool same_subscriber(std::string_view a, std::string_view b) {
  if (a.starts_with('+')) a.remove_prefix(1);
  if (b.starts_with('+')) b.remove_prefix(1);
  if (a.size() < b.size()) std::swap(a, b);
  return a == b || (b.size() >= least_national_digits && a.ends_with(b));
}

}  // namespace sim800
