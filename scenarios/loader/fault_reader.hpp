// Reads `faults` and `events` of a scenario: what the schema cannot see is checked here.
// SPDX-License-Identifier: MIT
#pragma once

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/entry.hpp"

namespace sim800 {

/// Adds to `into` what the whole scenario `file` says; `refuse` gets every mistake.
void read_faults(const nlohmann::json& file, const Entry::Refuse& refuse, Scenario& into);

}  // namespace sim800
