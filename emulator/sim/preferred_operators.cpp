// SPDX-License-Identifier: MIT
#include "emulator/sim/preferred_operators.hpp"

#include <utility>

#include "protocol/at/arguments.hpp"

namespace sim800 {

// Stored as "<format><name>" by location.

PreferredOperators::PreferredOperators(Nvram& nvram, const std::string& iccid)
    : nvram_(nvram), section_("operators:" + iccid) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  for (const auto& [place, text] : *saved) {
    const std::uint32_t number = parse_number(place).value_or(0);
    if (number == 0 || number > places || text.size() < 2) continue;
    entries_[number] = {parse_number(text.substr(0, 1)).value_or(2), text.substr(1)};
  }
}

bool PreferredOperators::set(unsigned place, Entry entry) {
  Entries changed = entries_;
  changed[place] = std::move(entry);
  return replace(std::move(changed));
}

bool PreferredOperators::remove(unsigned place) {
  Entries changed = entries_;
  changed.erase(place);
  return replace(std::move(changed));
}

bool PreferredOperators::replace(Entries changed) {
  Nvram::Section section;
  for (const auto& [place, entry] : changed)
    section.emplace(std::to_string(place), std::to_string(entry.format) + entry.name);
  if (!nvram_.store(section_, std::move(section))) return false;
  entries_ = std::move(changed);
  return true;
}

}  // namespace sim800
