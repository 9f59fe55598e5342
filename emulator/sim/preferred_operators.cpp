// SPDX-License-Identifier: MIT
#include "emulator/sim/preferred_operators.hpp"

#include <utility>

#include "emulator/core/world.hpp"
#include "emulator/sim/card_directory.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/sim/card_coding.hpp"

namespace sim800 {

// Stored as "<format><name>" by location.

PreferredOperators::PreferredOperators(const World& world, Nvram& nvram, const std::string& iccid)
    : nvram_(nvram), section_("operators:" + iccid) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) {
    const auto file = world.sim.files.find(key_of(ef::gsm, ef::plmn_selector));
    if (file != world.sim.files.end()) entries_ = decode(file->second);
    return;
  }
  for (const auto& [place, text] : *saved) {
    const std::uint32_t number = parse_number(place).value_or(0);
    if (number == 0 || number > places || text.size() < 2) continue;
    entries_[number] = {parse_number(text.substr(0, 1)).value_or(2), text.substr(1)};
  }
}

PreferredOperators::Entries PreferredOperators::decode(std::string_view file) {
  Entries entries;
  for (unsigned place = 1; place <= places && file.size() >= 3; ++place, file.remove_prefix(3)) {
    if (std::string plmn = decode_plmn(file); !plmn.empty()) entries[place] = {.format = 2, .name = std::move(plmn)};
  }
  return entries;
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
