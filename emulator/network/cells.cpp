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

/// The first look of AT+CELLIST takes so long (AT manual 6.2.79).
constexpr Duration first_look = std::chrono::seconds(30);

/// A cell, and its PLMN in two.
struct Shown {
  explicit Shown(const Cell& c)
      : cell(c), mcc(std::string_view(c.plmn).substr(0, 3)), mnc(std::string_view(c.plmn).substr(3)) {}
  const Cell& cell;
  std::string_view mcc, mnc;
};

/// <bcch>,<rxl>,<bsic>[,<cellid>],<mcc>,<mnc>,<lac>[,<c1>,<c2>]   during a call the module does not read them.
std::string neighbour(const Shown& shown, bool with_id, bool extend, bool in_call) {
  const Cell& cell = shown.cell;
  const bool decoded = cell.decoded() && !in_call;
  std::string text = fmt::format("{:04},{:02},{:02}", cell.channel, cell.level, cell.bsic);
  if (with_id) text += decoded ? fmt::format(",{:04x}", cell.id) : ",ffff";
  text += decoded ? fmt::format(",{},{},{:04x}", shown.mcc, shown.mnc, cell.area) : ",,,0000";
  const int c1 = std::max(cell.level * 5 - 84, 0);
  if (extend) text += in_call ? ",x,x" : fmt::format(",{},{}", c1, c1 + reselect_offset);
  return text;
}

/// <bcch>,<rxl>,<rxq>,<mcc>,<mnc>,<bsic>,<cellid>,<rla>,<txp>,<lac>,<TA>[,<dbm>,<c1>,<c2>, and the channel in use:
/// <tch>,<ts>,<maio>,<hsn>,<rxq_sub>,<rxq_full>,<ch_mod>]
std::string serving(const Shown& shown, int quality, bool extend, bool in_call) {
  const Cell& cell = shown.cell;
  std::string text = fmt::format("{:04},{:02},{:02},{},{},{:02},{:04x},{:02},05,{:04x},{:02}", cell.channel, cell.level,
                                 quality, shown.mcc, shown.mnc, cell.bsic, cell.id, access_level, cell.area,
                                 in_call ? cell.timing_advance : 255);
  if (!extend) return text;
  const int c1 = std::max(cell.level * 4 - 47, 0);
  text += fmt::format(",{}", cell.level - 113);
  text += in_call ? fmt::format(",x,x,{:02},3,0,0,{},{},FR", cell.channel, quality, quality)
                  : fmt::format(",{},{},x,x,x,x,x,x,x", c1, c1 + reselect_offset);
  return text;
}

/// <mcc>,<mnc>,<lac>,<cellid>,<bsic>,<rxl>
std::string limited_view(const Shown& shown, bool known) {
  const Cell& cell = shown.cell;
  if (!known) return fmt::format(",,0000,ffff,{:02},{:02}", cell.bsic, cell.level);
  return fmt::format("{},{},{:04x},{:04x},{:02},{:02}", shown.mcc, shown.mnc, cell.area, cell.id, cell.bsic,
                     cell.level);
}

}  // namespace

std::vector<std::string> Cells::lines() const {
  constexpr std::size_t most = 7;
  const std::uint32_t mode = settings_.number(key::ceng_mode);
  const bool with_id = settings_.number(key::ceng_ncell) == 1, talking = in_call();
  std::vector<std::string> lines;
  if (mode == 0) return lines;
  const SignalPoint signal = network_.signal();
  const std::vector<Cell> cells = network_.cells();
  for (const Cell& cell : cells) {
    if (cell.plmn != cells.front().plmn || lines.size() == most) break;
    const Shown shown(cell);
    std::string text;
    if (mode == limited) {
      text = limited_view(shown, lines.empty() || cell.decoded());
    } else if (lines.empty()) {
      text = serving(shown, signal.ber == 99 ? 0 : signal.ber, mode == extended, talking);
    } else {
      text = neighbour(shown, with_id, mode == extended, talking);
    }
    lines.push_back(fmt::format("+CENG: {},\"{}\"", lines.size(), text));
  }
  return lines;
}

void Cells::scan() {
  scanning_.cancel();
  found_.clear();
  if (settings_.number(key::cellist_mode) == 1) scanning_ = environment_.clock.after(first_look, [this] { look(); });
}

void Cells::look() {
  found_.clear();
  for (const Cell& cell : network_.cells()) {
    const Shown shown(cell);
    found_.push_back(fmt::format("+CELLIST: {},{},{},{},{:04x},{:04x},{:02}", shown.mcc, shown.mnc, cell.channel,
                                 cell.level, cell.id, cell.area, cell.bsic));
  }
  const auto period = std::chrono::seconds(settings_.number(key::cellist_period));
  scanning_ = environment_.clock.after(period, [this] { look(); });
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
