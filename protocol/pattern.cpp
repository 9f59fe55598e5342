// Regular expressions, compiled in one place.
// SPDX-License-Identifier: MIT

// GCC 12 with AddressSanitizer takes a member of the library's own automaton for uninitialized (GCC bug 105616).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include "protocol/pattern.hpp"

namespace sim800 {

std::regex compile_pattern(const std::string& source) { return std::regex(source, std::regex::ECMAScript); }

}  // namespace sim800
