// Durations as in scenario files: "250ms", "1.5s", "2min".
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// A decimal number and a unit (us, ms, s, min, h), without space, 0 to 1000h; nothing for any other text.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace sim800
