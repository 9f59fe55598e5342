// The world of a scenario.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/world.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// Reads everything in a scenario except its faults and events.
void read_world(const Value& scenario, World& into);

}  // namespace sim800
