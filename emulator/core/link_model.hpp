// How the radio link between module and network behaves.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/duration.hpp"

namespace sim800 {

/// Times are module time: they follow the time scale, and so, the other way round, does the bandwidth.
struct LinkModel {
  Duration latency{};      ///< added to each round trip
  Duration jitter{};       ///< a round trip takes up to so much more or less
  double down_kbps = 0;    ///< kilobits (1000) per second towards the module; 0: no limit
  double up_kbps = 0;      ///< likewise, from the module
  bool blackhole = false;  ///< nothing gets through, either way; nothing is lost either, as TCP sends it again

  /// Nothing stands between the module and the net.
  bool clear() const {
    return latency <= Duration::zero() && jitter <= Duration::zero() && down_kbps <= 0 && up_kbps <= 0 && !blackhole;
  }
};

}  // namespace sim800
