// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT
#pragma once

#include <regex>
#include <string>

namespace sim800 {

/// Compiles an ECMAScript expression.  Throws std::regex_error.
std::regex compile_pattern(const std::string& source);

}  // namespace sim800
