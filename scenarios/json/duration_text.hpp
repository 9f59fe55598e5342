// Durations as in scenario files: "250ms", "1.5s", "2min".
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// No duration in a scenario is longer: times the greatest scale it is still far from the end of the clock.
inline constexpr Duration longest_duration = 1000h;

/// A decimal number and a unit (us, ms, s, min, h), without space, 0 to `longest_duration`; nothing for any other text.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace sim800
