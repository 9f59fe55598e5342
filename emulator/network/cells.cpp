// SPDX-License-Identifier: MIT
#include "emulator/network/cells.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "emulator/network/cell_list.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {
namespace {

constexpr std::uint32_t automatic = 2, limited = 3, extended = 4;  // <mode>
constexpr Duration interval = std::chrono::seconds(10);            // between two reports; no source gives it

constexpr int reselect_offset = 440;  // C2 less C1, as in the manual's example

/// <bcch>,<rxl>,<bsic>[,<cellid>],<mcc>,<mnc>,<lac>[,<c1>,<c2>]
std::string neighbour(const Cell& cell, std::string_view mcc, std::string_view mnc, bool with_id, bool extend) {
  const bool decoded = cell.decoded();
  std::string text = fmt::format("{:04},{:02},{:02}", cell.channel, cell.level, cell.bsic);
  if (with_id) text += fmt::format(",{}", decoded ? cell.id : "ffff");
  text += decoded ? fmt::format(",{},{},{}", mcc, mnc, cell.area) : ",,,0000";
  const int c1 = std::max(cell.level * 5 - 84, 0);
  if (extend) text += fmt::format(",{},{}", c1, c1 + reselect_offset);
  return text;
}

/// <bcch>,<rxl>,<rxq>,<mcc>,<mnc>,<bsic>,<cellid>,<rla>,<txp>,<lac>,<TA>[,<dbm>,<c1>,<c2>, and seven fields of a
/// channel that is not in use]
std::string serving(const Cell& cell, int quality, std::string_view mcc, std::string_view mnc, bool extend) {
  std::string text = fmt::format("{:04},{:02},{:02},{},{},{:02},{},{:02},05,{},255", cell.channel, cell.level, quality,
                                 mcc, mnc, cell.bsic, cell.id, access_level, cell.area);
  const int c1 = std::max(cell.level * 4 - 47, 0);
  if (extend) text += fmt::format(",{},{},{},x,x,x,x,x,x,x", cell.level - 113, c1, c1 + reselect_offset);
  return text;
}

/// <mcc>,<mnc>,<lac>,<cellid>,<bsic>,<rxl>
std::string limited_view(const Cell& cell, std::string_view mcc, std::string_view mnc, bool known) {
  if (!known) return fmt::format(",,0000,ffff,{:02},{:02}", cell.bsic, cell.level);
  return fmt::format("{},{},{},{},{:02},{:02}", mcc, mnc, cell.area, cell.id, cell.bsic, cell.level);
}

}  // namespace

std::vector<std::string> Cells::lines() const {
  const std::uint32_t mode = settings_.number(key::ceng_mode);
  const bool with_id = settings_.number(key::ceng_ncell) == 1;
  const SignalPoint signal = network_.signal();
  std::vector<std::string> lines;
  if (mode == 0) return lines;
  const std::string plmn = network_.serving().plmn;
  const std::string_view mcc = std::string_view(plmn).substr(0, 3), mnc = std::string_view(plmn).substr(3);
  for (const Cell& cell : cells_heard(signal)) {
    std::string text;
    if (mode == limited) {
      text = limited_view(cell, mcc, mnc, lines.empty() || cell.decoded());
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
  if (settings_.number(key::ceng_mode) == automatic) report();
}

/// All cells are one URC: no empty lines between them, as in logs.
void Cells::report() {
  if (const std::vector<std::string> cells = lines(); !cells.empty())
    environment_.urc(fmt::format("{}", fmt::join(cells, "\r\n")), nullptr);
  next_ = environment_.clock.after(interval, [this] { report(); });
}

}  // namespace sim800
