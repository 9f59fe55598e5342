// SPDX-License-Identifier: MIT
#include "emulator/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace sim800 {
namespace {

constexpr std::uint32_t automatic = 2, limited = 3, extended = 4;  // <mode>
constexpr Duration interval = std::chrono::seconds(10);            // between two reports; no source gives it

struct Cell {
  int channel, weaker, bsic;  ///< ARFCN; level below the serving cell's
  std::string_view id, area;
};

// The manual's example.
constexpr Cell all[] = {{81, 0, 31, "f9a1", "1816"},   {14, 15, 15, "f2a1", "1816"},  {12, 28, 48, "f411", "1816"},
                        {565, 32, 55, "f1a1", "1816"}, {584, 36, 24, "f1a3", "1816"}, {27, 38, 13, "f412", "1816"},
                        {28, 40, 14, "6253", "1823"}};

std::string neighbour(const Cell& cell, int level, std::string_view mcc, std::string_view mnc, bool with_id,
                      bool extend) {
  std::string text = fmt::format("{:04},{:02},{:02}", cell.channel, level, cell.bsic);
  if (with_id) text += fmt::format(",{}", cell.id);
  text += fmt::format(",{},{},{}", mcc, mnc, cell.area);
  const int c1 = std::max(level * 5 - 84, 0);  // as in the example: C2 lies 440 above C1
  if (extend) text += fmt::format(",{},{}", c1, c1 + 440);
  return text;
}

std::string serving(const Cell& cell, int level, int quality, std::string_view mcc, std::string_view mnc, bool extend) {
  std::string text = fmt::format("{:04},{:02},{:02},{},{},{:02},{},08,05,{},255", cell.channel, level, quality, mcc,
                                 mnc, cell.bsic, cell.id, cell.area);
  const int c1 = std::max(level * 4 - 47, 0);
  if (extend) text += fmt::format(",{},{},{},x,x,x,x,x,x", level - 113, c1, c1 + 440);
  return text;
}

}  // namespace

std::vector<std::string> Cells::lines() const {
  const std::uint32_t mode = settings_.number("+CENG");
  const bool with_id = settings_.number("+CENG", 1) == 1 || mode == extended;
  const SignalPoint signal = network_.signal();
  std::vector<std::string> lines;
  if (mode == 0 || signal.rssi == 99) return lines;
  const std::string plmn = network_.serving().plmn;
  const std::string_view mcc = std::string_view(plmn).substr(0, 3), mnc = std::string_view(plmn).substr(3);
  for (const Cell& cell : all) {
    const int level = 2 * signal.rssi - cell.weaker;
    const bool first = lines.empty();
    if (level < 0 || (level == 0 && !first)) continue;
    std::string text;
    if (mode == limited) {
      text = fmt::format("{},{},{},{},{:02},{:02}", mcc, mnc, cell.area, cell.id, cell.bsic, level);
    } else if (first) {
      text = serving(cell, level, signal.ber == 99 ? 0 : signal.ber, mcc, mnc, mode == extended);
    } else {
      text = neighbour(cell, level, mcc, mnc, with_id, mode == extended);
    }
    lines.push_back(fmt::format("+CENG: {},\"{}\"", lines.size(), text));
  }
  return lines;
}

void Cells::apply() {
  next_.cancel();
  if (settings_.number("+CENG") == automatic) next_ = surroundings_.clock.after(interval, [this] { report(); });
}

void Cells::report() {
  for (const std::string& line : lines()) surroundings_.urc(line, nullptr);
  apply();
}

}  // namespace sim800
