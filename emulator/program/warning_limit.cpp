// SPDX-License-Identifier: MIT
#include "emulator/program/warning_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::size_t told_length = 80;

/// "10.0.0.1:7: lost 12 bytes" is of the kind "#.#.#.#:#: lost # bytes".
std::string kind_of(std::string_view text) {
  std::string kind;
  for (const char c : text.substr(0, told_length)) {
    if (!is_digit(c)) kind += c;
    if (is_digit(c) && !kind.ends_with('#')) kind += '#';
  }
  return kind;
}

}  // namespace

bool WarningLimit::admit(std::string_view text, Time now) {
  std::string name = kind_of(text);
  if (kinds_.size() >= max_kinds && !kinds_.contains(name)) name.clear();
  Kind& kind = kinds_.try_emplace(name, Kind{std::string(text.substr(0, told_length)), now}).first->second;
  if (kind.shown == burst) {
    ++kind.left_out;
    return false;
  }
  ++kind.shown;
  return true;
}

std::vector<std::string> WarningLimit::ended(Time now) {
  std::vector<std::string> lines;
  for (auto each = kinds_.begin(); each != kinds_.end();) {
    const Kind& kind = each->second;
    // A clock that was set back ends it too.
    if (now >= kind.since && now - kind.since < window) {
      ++each;
      continue;
    }
    if (kind.left_out > 0)
      lines.push_back(fmt::format("{} more like this were left out: {}", kind.left_out, kind.first));
    each = kinds_.erase(each);
  }
  return lines;
}

}  // namespace sim800
