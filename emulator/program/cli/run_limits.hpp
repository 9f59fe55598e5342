// The system's limits that a run with many modules meets.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace sim800 {

/// What the endpoints of a run use, with a client on each.
struct Demand {
  std::size_t ptys = 0, descriptors = 0;
};

/// Raises the limit of open files as far as it goes. Throws RunError with the name of the limit that is too low.
void require(const Demand& demand);

}  // namespace sim800
