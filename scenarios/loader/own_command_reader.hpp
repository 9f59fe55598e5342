// Reads the commands that a scenario brings along, and the subscribers that react.
// SPDX-License-Identifier: MIT
#pragma once

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// Adds to `into` what the whole scenario `file` says of them.
void read_own_commands(const Value& file, Scenario& into);
void read_reactions(const Value& file, Scenario& into);

}  // namespace sim800
