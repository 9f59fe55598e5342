// SPDX-License-Identifier: MIT
#include "emulator/network/pdp.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(), to_upper);
  return text;
}

/// Null if the network does not know it.
const Apn* find_apn(const std::map<std::string, Apn>& known, const std::string& apn) {
  const auto found = std::ranges::find_if(known, [&](const auto& row) { return same_word(row.first, apn); });
  return found == known.end() ? nullptr : &found->second;
}

}  // namespace

bool PdpContexts::knows(const std::string& apn) const {
  const auto& known = environment_.world.network.apns;
  return !known || find_apn(*known, apn) != nullptr;
}

Result PdpContexts::open(const Access& access) {
  if (!network_.registered() || !environment_.world.network.gprs) return unspecified_gprs_error;
  if (const auto& known = environment_.world.network.apns) {
    const Apn* apn = find_apn(*known, access.apn);
    if (apn == nullptr) return unspecified_gprs_error;
    if (apn->user.value_or(access.user) != access.user || apn->password.value_or(access.password) != access.password)
      return pdp_authentication_failure;
  }
  const std::string name = capitals(access.apn);
  if (!users_.contains(name) && users_.size() == count) return unspecified_gprs_error;
  network_.attach(nullptr);  // opening a context attaches automatically
  if (!network_.attached()) return unspecified_gprs_error;
  ++users_[name];
  return ok;
}

void PdpContexts::close(const std::string& apn) {
  const auto found = users_.find(capitals(apn));
  if (found != users_.end() && --found->second == 0) users_.erase(found);
  if (on_closed) on_closed();
}

bool PdpContexts::is_open(const std::string& apn) const { return users_.contains(capitals(apn)); }

std::string PdpContexts::address(const std::string& apn) const {
  if (const auto& known = environment_.world.network.apns) {
    const Apn* found = find_apn(*known, apn);
    if (found != nullptr && found->ip) return *found->ip;
  }
  std::uint64_t mixed = environment_.seed;
  for (const char c : apn) mixed = mixed * 31 + static_cast<unsigned char>(to_upper(c));
  std::mt19937_64 random(mixed);
  const std::uint64_t bits = random();
  return fmt::format("10.{}.{}.{}", bits % 256, bits / 256 % 256, 1 + bits / 65536 % 254);
}

}  // namespace sim800
