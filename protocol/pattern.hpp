// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace sim800 {

/// Compiles an ECMAScript expression.  Throws std::regex_error.
std::regex compile_pattern(const std::string& source);
/// It fits somewhere in the text; ^ and $ stand for its ends.
bool found(const std::regex& pattern, std::string_view text);

}  // namespace sim800
