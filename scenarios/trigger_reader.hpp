// Reads what sets a fault off.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "scenarios/entry.hpp"
#include "scenarios/scenario.hpp"

namespace sim800 {

/// The trigger that `on` names; nothing after a mistake, which is noted.
std::optional<Trigger> read_trigger(const Entry& on);

}  // namespace sim800
