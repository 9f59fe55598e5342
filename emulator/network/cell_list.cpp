// SPDX-License-Identifier: MIT
#include "emulator/network/cell_list.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {
namespace {

// `level` is how far the cell is below the serving one.
constexpr Cell all[] = {{81, 31, "f9a1", "1816", 0},   {14, 15, "f2a1", "1816", 15},  {12, 48, "f411", "1816", 28},
                        {565, 55, "f1a1", "1816", 32}, {584, 24, "f1a3", "1816", 36}, {27, 13, "f412", "1816", 38},
                        {28, 14, "6253", "1823", 40}};

}  // namespace

std::vector<Cell> cells_heard(const SignalPoint& signal) {
  std::vector<Cell> heard;
  if (signal.rssi == 99) return heard;
  for (Cell cell : all) {
    cell.level = 2 * signal.rssi - cell.level;
    if (cell.level > 0 || heard.empty()) heard.push_back(cell);
  }
  return heard;
}

}  // namespace sim800
