// SPDX-License-Identifier: MIT
#include "scenarios/json/mistake.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim800 {

std::string ScenarioMistake::text() const {
  std::string result = file;
  if (line > 0) result += fmt::format(":{}:{}", line, column);
  if (!pointer.empty()) result += ": " + pointer;
  result += fmt::format(": expected {}, found {}", expected, found);
  if (!hint.empty()) result += fmt::format(" ({})", hint);
  // A key may hold any character, but a mistake stays one line.
  std::ranges::replace_if(result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return result;
}

}  // namespace sim800
