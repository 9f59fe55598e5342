// A line of a reply, as FTP and SMTP servers write it: "250-more" and "250 last" (RFC 959 4.2, RFC 5321 4.2.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "protocol/text/characters.hpp"

namespace sim800 {

inline std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The three digits that a line begins with; nothing where it does not, or where anything but ' ' or '-' follows.
inline std::optional<int> reply_code(std::string_view line) {
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) return std::nullopt;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return std::nullopt;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace sim800
