// Reads the trigger of a fault.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// The trigger that `on` names; nothing after a mistake, which is reported.
std::optional<Trigger> read_trigger(const Value& on);

}  // namespace sim800
