// What a scenario expects of the run: judged by scenarios/expectations.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/core/duration.hpp"
#include "scenarios/engine/trigger.hpp"

namespace sim800 {

/// What is asked of the occurrences that an expectation looks for.
struct Terms {
  std::uint64_t at_least = 0;
  std::optional<std::uint64_t> at_most;  ///< 0: never
  bool ordered = false;                  ///< instead: each of them, in the order in which they stand
  std::optional<Duration> within;        ///< since it began
  bool sliding = false;                  ///< `at_most` goes for any span of `within`, not for the first
  std::string within_words;              ///< "1min"
  std::vector<std::string> sought;       ///< what it looks for, in short: "command AT+CSQ"; several where `ordered`
  std::string once;                      ///< likewise what it begins with; empty: the start of the run
};

struct Expectation {
  std::string name;  ///< empty: it has none
  std::vector<std::string> tags;
  Terms terms;
  std::vector<Awaited> sought;  ///< as in `terms`
  std::optional<Awaited> once;
  std::string pointer;  ///< where it stands in the scenario: "/expect/0"
  std::string place;    ///< and in which file: "FILE:LINE:COLUMN"
};

}  // namespace sim800
