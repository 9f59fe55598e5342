// Reads what sets a fault off.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/entry.hpp"

namespace sim800 {

/// The trigger that `on` names; nothing after a mistake, which is noted.
std::optional<Trigger> read_trigger(const Entry& on);

}  // namespace sim800
