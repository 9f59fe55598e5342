// Cells as a scenario places them around the module.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// Receive level of a cell from a certain time on, counted from the start of the run.
struct CellLevel {
  Duration at{};
  int level = 0;  ///< 0 to 63: dBm + 113; 0: not received
};

struct RadioCell {
  std::string plmn;                     ///< empty: the network's own
  std::uint16_t area = 0x1816, id = 0;  ///< LAC and CI
  int channel = 1, bsic = 0;            ///< ARFCN; network and base station colour code, two octal digits as a number
  std::vector<CellLevel> level;         ///< in order of time
  int timing_advance = 0;               ///< during a call
};

}  // namespace sim800
