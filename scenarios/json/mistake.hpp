// A mistake in a scenario file, with its place.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace sim800 {

/// The most mistakes that are looked for in one file: who has made more mends these first.
inline constexpr std::size_t max_mistakes = 100;

struct ScenarioMistake {
  std::string file;
  int line = 0, column = 0;  ///< from 1; 0 where the file as a whole is concerned
  std::string pointer;       ///< JSON pointer (RFC 6901): "/network/hosts"
  std::string expected;      ///< "an integer from 0 to 7, or 99"
  std::string found;         ///< "\"loud\"", as the file has it; or in words: "an object"
  std::string hint;          ///< "did you mean \"hosts\"?"; mostly empty
  /// One line: "FILE:LINE:COLUMN: POINTER: expected EXPECTED, found FOUND (HINT)".
  std::string text() const;
};

}  // namespace sim800
