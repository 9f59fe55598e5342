// Reads triggers.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "scenarios/engine/trigger.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// The trigger that `on` names; nothing after a mistake, which is reported.
std::optional<Trigger> read_trigger(const Value& on);

/// The same with what stands beside its name.
std::optional<Awaited> read_awaited(const Value& on);

}  // namespace sim800
