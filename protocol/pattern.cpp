// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT

// GCC 12 with AddressSanitizer takes a member of the library's own automaton for uninitialized (GCC bug 105616).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include "protocol/pattern.hpp"

namespace sim800 {

std::regex compile_pattern(const std::string& source) { return std::regex(source, std::regex::ECMAScript); }

bool found(const std::regex& pattern, std::string_view text) {
  return std::regex_search(text.begin(), text.end(), pattern);
}

}  // namespace sim800
