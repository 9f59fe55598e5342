// SPDX-License-Identifier: MIT
#include "emulator/calls/call_barring.hpp"

#include <algorithm>
#include <utility>

#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view password_key = "password";

}  // namespace

CallBarring::CallBarring(Nvram& nvram, const std::string& imsi) : nvram_(nvram), section_("barring:" + imsi) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  for (const auto& [key, value] : *saved) {
    if (key == password_key) {
      kept_.password = value;
    } else {
      kept_.barred[key] = parse_number(value).value_or(0) & all_classes;
    }
  }
}

unsigned CallBarring::barred(std::string_view facility) const {
  const auto found = kept_.barred.find(facility);
  return found == kept_.barred.end() ? 0 : found->second;
}

Result CallBarring::bar(std::string_view facility, bool on, std::string_view password, unsigned classes) {
  if (password != kept_.password) return Cme::incorrect_password;
  Kept changed = kept_;
  unsigned& mask = changed.barred[std::string(facility)];
  mask = on ? mask | classes : mask & ~classes;
  return keep(std::move(changed));
}

Result CallBarring::change_password(std::string_view old_password, std::string_view new_password) {
  const bool fits = new_password.size() == 4 && std::ranges::all_of(new_password, is_digit);
  if (old_password != kept_.password || !fits) return Cme::incorrect_password;
  Kept changed = kept_;
  changed.password = new_password;
  return keep(std::move(changed));
}

Result CallBarring::keep(Kept changed) {
  Nvram::Section section{{std::string(password_key), changed.password}};
  for (const auto& [facility, mask] : changed.barred) section.emplace(facility, std::to_string(mask));
  if (!nvram_.store(section_, std::move(section))) return Cme::memory_failure;
  kept_ = std::move(changed);
  return ok;
}

}  // namespace sim800
