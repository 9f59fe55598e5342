// PDP contexts: the ways of the module's packets through the network.  It has two, and those that ask for the same
// access point share one (23.060 9.2; AT manual chapters 7, 8, 9). SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <optional>
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

  /// Attaches if necessary. 148 if the network refuses (not registered, no GPRS, unknown APN, no context left), 149 for
  /// wrong credentials. Each success must be closed once.
  Result open(const Access& access);
  void close(const std::string& apn);
  /// The network has such an access point; "": the subscription's own.
  bool knows(const std::string& apn) const;
  /// The context is in use already: another user does not wait for the network.
  bool is_open(const std::string& apn) const;
  /// What its users have to know; nothing: anyone gets in.
  std::optional<std::string> password(const std::string& apn) const;
  void power_off() override;
  /// One user of a context is gone.
  std::function<void()> on_closed;
  /// The address for `apn`; the same seed gives the same one.
  std::string address(const std::string& apn) const;

 private:
  void publish(const std::string& apn, bool open) const;

  static constexpr std::size_t count = 2;
  const Environment& environment_;
  Network& network_;
  std::map<std::string, int> users_;  ///< by APN in upper case: number of users of its context
};

inline constexpr Result unspecified_gprs_error{static_cast<Cme>(148)};
inline constexpr Result pdp_authentication_failure{static_cast<Cme>(149)};

}  // namespace sim800
