// Module time, the only time in the engine; see clock.hpp for its relation to wall time.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace sim800 {

using Duration = std::chrono::nanoseconds;
/// Time since the emulator started.
using TimePoint = std::chrono::nanoseconds;
using namespace std::chrono_literals;

}  // namespace sim800
