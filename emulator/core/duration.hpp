// Module time.  The engine knows no other: see clock.hpp for how it relates to the time on the wall.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace sim800 {

using Duration = std::chrono::nanoseconds;
/// Time since the emulator started.
using TimePoint = std::chrono::nanoseconds;
using namespace std::chrono_literals;

}  // namespace sim800
