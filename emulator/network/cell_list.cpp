// SPDX-License-Identifier: MIT
#include "emulator/network/cell_list.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace sim800 {
namespace {

struct Usual {
  int channel, bsic;
  std::uint16_t id, area;
  int below;  ///< the serving cell's level
};
constexpr Usual usual[] = {{81, 31, 0xf9a1, 0x1816, 0},   {14, 15, 0xf2a1, 0x1816, 15},  {12, 48, 0xf411, 0x1816, 28},
                           {565, 55, 0xf1a1, 0x1816, 32}, {584, 24, 0xf1a3, 0x1816, 36}, {27, 13, 0xf412, 0x1816, 38},
                           {28, 14, 0x6253, 0x1823, 40}};

}  // namespace

std::vector<Cell> usual_cells(std::string_view plmn, const SignalPoint& signal,
                              const std::function<bool(int channel)>& hears) {
  std::vector<Cell> heard;
  if (signal.rssi == 99) return heard;
  heard.reserve(std::size(usual));
  int strongest = 0;  // below what would be the serving cell
  for (const Usual& one : usual) {
    if (!hears(one.channel)) continue;
    if (heard.empty()) strongest = one.below;
    const int level = 2 * signal.rssi - (one.below - strongest);
    if (level > 0 || heard.empty())
      heard.push_back({std::string(plmn), one.channel, one.bsic, one.id, one.area, level});
  }
  return heard;
}

Cell usual_cell_of(std::string_view plmn, const SignalPoint& signal, int n) {
  const auto number = static_cast<unsigned>(std::strtoul(std::string(plmn).c_str(), nullptr, 10));
  return {std::string(plmn),
          static_cast<int>(1 + number % 124),
          static_cast<int>(number % 64),
          static_cast<std::uint16_t>(0x2000 + number % 0x4000),
          static_cast<std::uint16_t>(0x1400 + number % 0x0100),
          std::max(2 * signal.rssi - 6 - 4 * n, access_level)};
}

namespace {

Cell cell_of(const NetworkConfig& network, const RadioCell& cell, int level) {
  return {cell.plmn.empty() ? network.plmn : cell.plmn,
          cell.channel,
          cell.bsic,
          cell.id,
          cell.area,
          level,
          cell.timing_advance};
}

void sort_by_level(std::vector<Cell>& cells) {
  std::ranges::sort(cells, {}, [](const Cell& cell) { return std::pair(-cell.level, cell.channel); });
}

}  // namespace

std::vector<Cell> placed_cells(const NetworkConfig& network, Duration at) {
  std::vector<Cell> heard;
  for (const RadioCell& cell : network.cells) {
    const auto later = std::ranges::upper_bound(cell.level, at, {}, &CellLevel::at);
    const int level = later == cell.level.begin() ? 0 : std::prev(later)->level;
    if (level != 0) heard.push_back(cell_of(network, cell, level));
  }
  sort_by_level(heard);
  return heard;
}

std::vector<Cell> cells_at(const NetworkConfig& network, std::size_t best, std::vector<Cell> heard) {
  constexpr int strongest = 63, margin = 6;  // of hysteresis
  const RadioCell& given = network.cells.at(best);
  int level = access_level;
  for (const CellLevel& point : given.level) level = std::max(level, point.level);
  Cell cell = cell_of(network, given, level);
  std::erase_if(heard, [&cell](const Cell& one) {
    return one.plmn != cell.plmn || (one.id == cell.id && one.area == cell.area && one.channel == cell.channel);
  });
  for (Cell& other : heard) other.level = std::min(other.level, strongest - margin);
  for (const Cell& other : heard) cell.level = std::max(cell.level, other.level + margin);
  heard.push_back(std::move(cell));
  sort_by_level(heard);
  return heard;
}

}  // namespace sim800
