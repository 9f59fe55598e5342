// SPDX-License-Identifier: MIT
#include "emulator/calls/call_barring.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "emulator/calls/calling_code.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view password_key = "password", wrong_key = "wrong passwords";
constexpr std::string_view outgoing[] = {"AO", "OI", "OX"};
constexpr unsigned attempts = 3;  // 22.004 annex A
constexpr unsigned known_classes = CallBarring::all_classes | CallBarring::messages;

bool is_password(std::string_view text) { return text.size() == 4 && std::ranges::all_of(text, is_digit); }

bool is_outgoing(std::string_view facility) { return std::ranges::find(outgoing, facility) != std::end(outgoing); }

}  // namespace

CallBarring::CallBarring(Nvram& nvram, const std::string& imsi, std::string_view password)
    : nvram_(nvram), section_("barring:" + imsi), kept_{.barred = {}, .password = std::string(password)} {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  for (const auto& [key, value] : *saved) {
    if (key == password_key) {
      kept_.password = value;
    } else if (key == wrong_key) {
      kept_.wrong = parse_number(value).value_or(0);
    } else {
      kept_.barred[key] = parse_number(value).value_or(0) & known_classes;
    }
  }
}

unsigned CallBarring::barred(std::string_view facility) const {
  const auto found = kept_.barred.find(facility);
  return found == kept_.barred.end() ? 0 : found->second;
}

/// A wrong password counts; after three the network takes none until its operator gives a new one (22.004). What is
/// none at all cannot be sent (24.080).
std::optional<Result> CallBarring::check(std::string_view password) {
  if (kept_.wrong >= attempts) return Cme::not_allowed;
  if (password == kept_.password) return std::nullopt;
  if (!is_password(password)) return Cme::incorrect_password;
  Kept changed = kept_;
  ++changed.wrong;
  const Result kept = keep(std::move(changed));
  return kept.is_ok() ? Result{Cme::incorrect_password} : kept;
}

Result CallBarring::bar(std::string_view facility, bool on, std::string_view password, unsigned classes) {
  if (const auto refused = check(password)) return *refused;
  Kept changed = kept_;
  changed.wrong = 0;
  const auto lift = [&](std::initializer_list<std::string_view> which) {
    for (const std::string_view one : which) changed.barred[std::string(one)] &= ~classes;
  };
  const bool several = facility == "AB" || facility == "AG" || facility == "AC";
  if (several && on) return Cme::not_allowed;
  if (several) {
    if (facility != "AC") lift({"AO", "OI", "OX"});
    if (facility != "AG") lift({"AI", "IR"});
    return keep(std::move(changed));
  }
  if (on && is_outgoing(facility)) lift({"AO", "OI", "OX"});
  unsigned& mask = changed.barred[std::string(facility)];
  mask = on ? mask | classes : mask & ~classes;
  return keep(std::move(changed));
}

Result CallBarring::change_password(std::string_view old_password, std::string_view new_password) {
  if (const auto refused = check(old_password)) return *refused;
  if (!is_password(new_password)) return Cme::incorrect_password;
  Kept changed = kept_;
  changed.password = new_password;
  changed.wrong = 0;
  return keep(std::move(changed));
}

std::string_view CallBarring::bars_outgoing(std::string_view number, unsigned kind, const Place& place) const {
  const auto bars = [&](std::string_view facility) { return (barred(facility) & kind) != 0; };
  if (bars("AO")) return "AO";
  const bool abroad = is_international(number, place.country);
  if (abroad && bars("OI")) return "OI";
  if (abroad && bars("OX") && is_international(number, place.home)) return "OX";
  return "";
}

std::string_view CallBarring::bars_incoming(unsigned kind, const Place& place) const {
  if ((barred("AI") & kind) != 0) return "AI";
  const bool abroad = place.roams && place.country != place.home;
  return abroad && (barred("IR") & kind) != 0 ? "IR" : "";
}

Result CallBarring::keep(Kept changed) {
  Nvram::Section section{{std::string(password_key), changed.password}};
  if (changed.wrong != 0) section.emplace(wrong_key, std::to_string(changed.wrong));
  for (const auto& [facility, mask] : changed.barred) section.emplace(facility, std::to_string(mask));
  if (!nvram_.store(section_, std::move(section))) return Cme::memory_failure;
  kept_ = std::move(changed);
  return ok;
}

}  // namespace sim800
