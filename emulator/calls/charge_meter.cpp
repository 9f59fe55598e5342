// SPDX-License-Identifier: MIT
#include "emulator/calls/charge_meter.hpp"

#include <algorithm>
#include <utility>

#include "protocol/at/arguments.hpp"

namespace sim800 {

ChargeMeter::ChargeMeter(Nvram& nvram, const std::string& imsi) : nvram_(nvram), section_("charge:" + imsi) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  const auto text = [saved](std::string_view key) {
    const auto found = saved->find(key);
    return found == saved->end() ? std::string() : found->second;
  };
  const auto number = [&](std::string_view key) { return std::min(parse_number(text(key)).value_or(0), most); };
  kept_ = {
      .total = number("total"), .maximum = number("maximum"), .currency = text("currency"), .price = text("price")};
}

bool ChargeMeter::keep(Kept changed) {
  Nvram::Section section{{"total", std::to_string(changed.total)},
                         {"maximum", std::to_string(changed.maximum)},
                         {"currency", changed.currency},
                         {"price", changed.price}};
  if (!nvram_.store(section_, std::move(section))) return false;
  kept_ = std::move(changed);
  return true;
}

/// What cannot be stored is counted until power-off.
void ChargeMeter::add(std::uint32_t units) {
  current_ = std::min(current_ + units, most);
  Kept changed = kept_;
  changed.total = std::min(changed.total + units, most);
  if (!keep(changed)) kept_ = std::move(changed);
}

}  // namespace sim800
