// What a card with a toolkit application asks of the module, as a scenario describes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "emulator/core/card_application.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// One step or an array of them. Mistakes are reported.
ToolkitSteps read_toolkit_steps(const Value& steps);
/// `sim.toolkit`
std::shared_ptr<const CardApplication> read_card_application(const Value& toolkit);

}  // namespace sim800
