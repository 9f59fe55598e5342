// SPDX-License-Identifier: MIT
#include "emulator/ip/ip_filters.hpp"

#include <utility>

#include "protocol/at/arguments.hpp"

namespace sim800 {
namespace {

constexpr std::string_view section_name = "ip filters";

}  // namespace

// Stored as "<address> <mask>" by location.
IpFilters::IpFilters(Nvram& nvram) : nvram_(nvram) {
  const Nvram::Section* saved = nvram_.find(section_name);
  if (saved == nullptr) return;
  for (const auto& [key, text] : *saved) {
    const std::uint32_t place = parse_number(key).value_or(0);
    const std::size_t blank = text.find(' ');
    if (place == 0 || place > places || blank == std::string::npos) continue;
    rules_[place] = {text.substr(0, blank), text.substr(blank + 1)};
  }
}

std::optional<unsigned> IpFilters::free() const {
  for (unsigned place = 1; place <= places; ++place) {
    if (!rules_.contains(place)) return place;
  }
  return std::nullopt;
}

bool IpFilters::set(unsigned place, Rule rule) {
  Rules changed = rules_;
  changed[place] = std::move(rule);
  return replace(std::move(changed));
}

bool IpFilters::remove(unsigned place) {
  Rules changed = rules_;
  changed.erase(place);
  return replace(std::move(changed));
}

bool IpFilters::replace(Rules changed) {
  Nvram::Section section;
  for (const auto& [place, rule] : changed) section.emplace(std::to_string(place), rule.address + " " + rule.mask);
  if (!nvram_.store(section_name, std::move(section))) return false;
  rules_ = std::move(changed);
  return true;
}

}  // namespace sim800
