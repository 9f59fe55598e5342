// The cells around the module: the manual's example (6.2.21), at the signal level of AT+CSQ.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "emulator/core/world.hpp"

namespace sim800 {

struct Cell {
  int channel;  ///< ARFCN
  int bsic;
  std::string_view id, area;  ///< hexadecimal, lower case
  int level;                  ///< receive level, 0-63: dBm + 113

  /// Strong enough for its broadcasts to be understood; of others only channel, level and BSIC are known.
  bool decoded() const;
};

/// <rla>: the lowest level at which the cells may be used.
inline constexpr int access_level = 8;
inline bool Cell::decoded() const { return level >= access_level; }

/// The serving cell, then up to six neighbours of the same operator; none without signal.
std::vector<Cell> cells_heard(const SignalPoint& signal);

}  // namespace sim800
