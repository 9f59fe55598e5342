// A mistake in a scenario file, with its place.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace sim800 {

struct ScenarioMistake {
  std::string file;
  int line = 0, column = 0;  ///< from 1
  std::string pointer;       ///< JSON pointer, "/network/hosts"
  std::string expected;      ///< "a duration such as \"250ms\"", "unknown key; did you mean \"hosts\"?"
  std::string text() const;  ///< "FILE:LINE:COLUMN: POINTER: EXPECTED"
};

}  // namespace sim800
