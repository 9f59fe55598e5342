// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT

// GCC 12 with AddressSanitizer takes a member of the library's own automaton for uninitialized (GCC bug 105616).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include "protocol/pattern.hpp"

namespace sim800 {

std::regex compile_pattern(const std::string& source) {
  // The library compiles by recursion: a long one would overflow the stack.
  if (source.size() > longest_pattern) throw std::regex_error(std::regex_constants::error_complexity);
  return std::regex(source, std::regex::ECMAScript);
}

bool found(const std::regex& pattern, std::string_view text) {
  return std::regex_search(text.begin(), text.end(), pattern);
}

}  // namespace sim800
