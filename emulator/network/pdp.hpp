// PDP contexts: the ways of the module's packets through the network.  It has two, and those that ask for the same
// access point share one (23.060 9.2; AT manual chapters 7, 8, 9). SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/network/network.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class PdpContexts final : public Service {
 public:
  struct Access {
    std::string apn, user, password;
  };

  PdpContexts(const Environment& environment, Network& network) : environment_(environment), network_(network) {}

  /// Attaches if need be.  148 where the network refuses (not registered, no GPRS, unknown APN, no context left), 149
  /// for wrong credentials.  Each success is closed once.
  Result open(const Access& access);
  void close(const std::string& apn);
  /// Somebody uses it already: who joins does not wait for the network.
  bool is_open(const std::string& apn) const;
  void power_off() override { users_.clear(); }
  /// Somebody does not use one any more.
  std::function<void()> on_closed;
  /// What the network gives to who opens `apn`; the same seed gives the same one.
  std::string address(const std::string& apn) const;

 private:
  static constexpr std::size_t count = 2;
  const Environment& environment_;
  Network& network_;
  std::map<std::string, int> users_;  ///< by APN in capitals: how many share its context
};

inline constexpr Result unspecified_gprs_error{static_cast<Cme>(148)};
inline constexpr Result pdp_authentication_failure{static_cast<Cme>(149)};

}  // namespace sim800
