// Phone numbers as in AT commands: digits, * and #, and a leading + for international ones (27.007 5.3).
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string_view>

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

}  // namespace sim800
