// SPDX-License-Identifier: MIT
#include "emulator/network/cells.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "emulator/network/cell_list.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {
namespace {

constexpr std::uint32_t automatic = 2, limited = 3, extended = 4;  // <mode>
constexpr Duration interval = std::chrono::seconds(10);            // between two reports; no source gives it

std::string neighbour(const Cell& cell, std::string_view mcc, std::string_view mnc, bool with_id, bool extend) {
  std::string text = fmt::format("{:04},{:02},{:02}", cell.channel, cell.level, cell.bsic);
  if (with_id) text += fmt::format(",{}", cell.id);
  text += fmt::format(",{},{},{}", mcc, mnc, cell.area);
  const int c1 = std::max(cell.level * 5 - 84, 0);  // as in the example: C2 is 440 above C1
  if (extend) text += fmt::format(",{},{}", c1, c1 + 440);
  return text;
}

std::string serving(const Cell& cell, int quality, std::string_view mcc, std::string_view mnc, bool extend) {
  std::string text = fmt::format("{:04},{:02},{:02},{},{},{:02},{},08,05,{},255", cell.channel, cell.level, quality,
                                 mcc, mnc, cell.bsic, cell.id, cell.area);
  const int c1 = std::max(cell.level * 4 - 47, 0);
  if (extend) text += fmt::format(",{},{},{},x,x,x,x,x,x", cell.level - 113, c1, c1 + 440);
  return text;
}

}  // namespace

std::vector<std::string> Cells::lines() const {
  const std::uint32_t mode = settings_.number(key::ceng_mode);
  const bool with_id = settings_.number(key::ceng_ncell) == 1 || mode == extended;
  const SignalPoint signal = network_.signal();
  std::vector<std::string> lines;
  if (mode == 0) return lines;
  const std::string plmn = network_.serving().plmn;
  const std::string_view mcc = std::string_view(plmn).substr(0, 3), mnc = std::string_view(plmn).substr(3);
  for (const Cell& cell : cells_heard(signal)) {
    std::string text;
    if (mode == limited) {
      text = fmt::format("{},{},{},{},{:02},{:02}", mcc, mnc, cell.area, cell.id, cell.bsic, cell.level);
    } else if (lines.empty()) {
      text = serving(cell, signal.ber == 99 ? 0 : signal.ber, mcc, mnc, mode == extended);
    } else {
      text = neighbour(cell, mcc, mnc, with_id, mode == extended);
    }
    lines.push_back(fmt::format("+CENG: {},\"{}\"", lines.size(), text));
  }
  return lines;
}

void Cells::apply() {
  next_.cancel();
  if (settings_.number(key::ceng_mode) == automatic) next_ = environment_.clock.after(interval, [this] { report(); });
}

void Cells::report() {
  for (const std::string& line : lines()) environment_.urc(line, nullptr);
  apply();
}

}  // namespace sim800
