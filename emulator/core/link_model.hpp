// Properties of the radio link between module and network.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/core/duration.hpp"

namespace sim800 {

struct World;

/// Times are module time: they follow the time scale, and the bandwidth follows it inversely.
struct LinkModel {
  Duration latency{};    ///< added to each round trip
  Duration jitter{};     ///< a round trip takes up to this much more or less
  double down_kbps = 0;  ///< kilobits (1000 bits) per second towards the module; 0: no limit
  double up_kbps = 0;    ///< likewise from the module
  bool blackhole =
      false;  ///< nothing gets through in either direction; nothing is lost either, because TCP sends it again

  double loss = 0;          ///< probability that a datagram is lost, in either direction
  std::uint32_t burst = 1;  ///< so many datagrams are lost together
  DurationRange dns{};      ///< added to each name lookup
  bool dns_fails = false;   ///< no name is found

  /// The link has no limits of its own.
  bool clear() const {
    return latency <= Duration::zero() && jitter <= Duration::zero() && down_kbps <= 0 && up_kbps <= 0 && !blackhole;
  }
};

/// What a scenario says of the link, at the start or in a fault; anything not given stays.
struct LinkChange {
  std::optional<Duration> latency, jitter;
  std::optional<double> down_kbps, up_kbps;
  std::optional<bool> blackhole;
  std::optional<double> loss;
  std::optional<std::uint32_t> burst;
  std::optional<DurationRange> dns;
  std::optional<bool> dns_fails;
  void apply(LinkModel& link) const;
};

/// The link at the start of a run: the scenario's, with the round trip `radio.round_trip` where it gives no latency.
LinkModel initial_link(const World& world);

}  // namespace sim800
