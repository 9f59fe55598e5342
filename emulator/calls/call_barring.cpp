// SPDX-License-Identifier: MIT
#include "emulator/calls/call_barring.hpp"

#include <algorithm>

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
      password_ = value;
    } else {
      barred_[key] = parse_number(value).value_or(0) & all_classes;
    }
  }
}

unsigned CallBarring::barred(std::string_view facility) const {
  const auto found = barred_.find(facility);
  return found == barred_.end() ? 0 : found->second;
}

Result CallBarring::bar(std::string_view facility, bool on, std::string_view password, unsigned classes) {
  if (password != password_) return Cme::incorrect_password;
  unsigned& mask = barred_[std::string(facility)];
  mask = on ? mask | classes : mask & ~classes;
  save();
  return ok;
}

Result CallBarring::change_password(std::string_view old_password, std::string_view new_password) {
  const bool fits = new_password.size() == 4 && std::ranges::all_of(new_password, is_digit);
  if (old_password != password_ || !fits) return Cme::incorrect_password;
  password_ = new_password;
  save();
  return ok;
}

void CallBarring::save() {
  Nvram::Section section{{std::string(password_key), password_}};
  for (const auto& [facility, mask] : barred_) section.emplace(facility, std::to_string(mask));
  nvram_.store(section_, std::move(section));
}

}  // namespace sim800
