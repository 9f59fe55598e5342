// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <regex>
#include <string>
#include <string_view>

namespace sim800 {

constexpr std::size_t longest_pattern = 1000;

/// Compiles an ECMAScript expression of at most `longest_pattern` bytes.  Throws std::regex_error.
std::regex compile_pattern(const std::string& source);
/// It fits somewhere in the text; ^ and $ stand for its ends.
bool found(const std::regex& pattern, std::string_view text);

}  // namespace sim800
