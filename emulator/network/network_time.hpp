// Name and time that the network sends on registration (22.042; AT manual 6.2.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/core/environment.hpp"
#include "emulator/core/rtc.hpp"
#include "emulator/network/network.hpp"

namespace sim800 {

class NetworkTime {
 public:
  /// The network's clock starts at the scenario's `network.time` when the program does.
  NetworkTime(const Environment& environment, const Network& network);

  /// Its time, without a zone.
  LocalTime utc() const { return clock_.now() - clock_.zone() * std::chrono::minutes(15); }
  /// Its time and zone, as in AT+CCLK.
  std::string text() const { return clock_.text(); }
  /// Reports what the network sent; `own` is the module's clock, which is set by it. +CTZV tells of a new zone only, as
  /// logs of 1418B04 show.
  void announce(Rtc& own, Channel* cause) const;

 private:
  const Environment& environment_;
  const Network& network_;
  Rtc clock_;
};

}  // namespace sim800
