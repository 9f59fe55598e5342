// SPDX-License-Identifier: MIT
#include "emulator/network/pdp.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>

#include "emulator/plmn/plmn.hpp"
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
  if (users_[name]++ == 0) publish(name, true);
  return ok;
}

void PdpContexts::close(const std::string& apn) {
  const auto found = users_.find(capitals(apn));
  if (found != users_.end() && --found->second == 0) {
    publish(found->first, false);
    users_.erase(found);
  }
  if (on_closed) on_closed();
}

void PdpContexts::power_off() {
  for (const auto& [apn, count_of_users] : users_) publish(apn, false);
  users_.clear();
}

std::optional<std::string> PdpContexts::password(const std::string& apn) const {
  const auto& known = environment_.world.network.apns;
  const Apn* const found = known ? find_apn(*known, apn) : nullptr;
  return found != nullptr ? found->password : std::nullopt;
}

bool PdpContexts::is_open(const std::string& apn) const { return users_.contains(capitals(apn)); }

std::string PdpContexts::address(const std::string& apn) const {
  if (const auto& known = environment_.world.network.apns) {
    const Apn* found = find_apn(*known, apn);
    if (found != nullptr && found->ip) return *found->ip;
  }
  const std::string name = capitals(apn);
  if (environment_.plmn != nullptr) return environment_.plmn->addresses.assign(environment_.index, name);
  return AddressPlan::text_of(AddressPlan::place_of(environment_.seed, name));
}

/// The modules that share the network reach it there, or no longer.
void PdpContexts::publish(const std::string& apn, bool open) const {
  if (environment_.plmn == nullptr) return;
  AddressPlan& plan = environment_.plmn->addresses;
  open ? plan.open(address(apn)) : plan.close(address(apn));
}

}  // namespace sim800
