// The cells around the module: the scenario's, or the manual's example (6.2.21) at the signal level of AT+CSQ.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {

struct Cell {
  std::string plmn;
  int channel = 0;  ///< ARFCN
  int bsic = 0;
  std::uint16_t id = 0, area = 0;
  int level = 0;  ///< receive level, 0-63: dBm + 113
  int timing_advance = 0;

  /// Strong enough for its broadcasts to be understood; of others only channel, level and BSIC are known.
  bool decoded() const;
};

/// <rla>: the lowest level at which the cells may be used.
inline constexpr int access_level = 8;
inline bool Cell::decoded() const { return level >= access_level; }

/// Seven cells of a network, the serving one first, or those of them whose channel is heard; none without signal.
std::vector<Cell> usual_cells(std::string_view plmn, const SignalPoint& signal,
                              const std::function<bool(int channel)>& hears);
/// The one that is heard of another network, the `n`th.
Cell usual_cell_of(std::string_view plmn, const SignalPoint& signal, int n);
/// The scenario's that are received at a time counted from the start of the run.
std::vector<Cell> placed_cells(const NetworkConfig& network, Duration at);
/// What is left of them, and of one of the scenario's cells, where that one is the best.
std::vector<Cell> cells_at(const NetworkConfig& network, std::size_t best, std::vector<Cell> heard);

}  // namespace sim800
