// The world that a scenario describes.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/world.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// Reads everything of a scenario but its faults and events.
void read_world(const Section& scenario, World& into);

/// The keys of `network.link`, which a fault may have, too; what is not given stays.
void read_link(const Section& link, LinkModel& into);

}  // namespace sim800
