// Reads `faults` and `events` of a scenario, and checks what the schema cannot.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// One of the list; nothing if its trigger was refused.
std::optional<Fault> read_fault(const Value& entry);

/// Adds to `into` what the whole scenario `file` says of faults and events.
void read_faults(const Value& file, Scenario& into);

}  // namespace sim800
