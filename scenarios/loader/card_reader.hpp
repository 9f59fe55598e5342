// The files of the card that a scenario gives in hexadecimal.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/world.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// `sim.files`; those with the ICCID, the IMSI and the number also stand for the keys that say so in digits.
void read_card_files(const Value& sim, SimConfig& into);

}  // namespace sim800
