// Dotted IPv4 addresses as in commands.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string_view>

#include "protocol/at/arguments.hpp"

namespace sim800 {

/// Four numbers up to 255, separated by dots.
inline bool is_ip_address(std::string_view text) {
  if (std::ranges::count(text, '.') != 3) return false;
  for (int part = 0; part < 4; ++part) {
    const std::string_view digits = text.substr(0, text.find('.'));
    if (digits.size() > 3 || parse_number(digits).value_or(256) > 255) return false;
    text.remove_prefix(std::min(digits.size() + 1, text.size()));
  }
  return true;
}

}  // namespace sim800
