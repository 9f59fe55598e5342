// SPDX-License-Identifier: MIT
#include "emulator/core/link_model.hpp"

#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {

void LinkChange::apply(LinkModel& link) const {
  link.latency = latency.value_or(link.latency);
  link.jitter = jitter.value_or(link.jitter);
  link.down_kbps = down_kbps.value_or(link.down_kbps);
  link.up_kbps = up_kbps.value_or(link.up_kbps);
  link.blackhole = blackhole.value_or(link.blackhole);
  link.loss = loss.value_or(link.loss);
  link.burst = burst.value_or(link.burst);
  link.dns = dns.value_or(link.dns);
  link.dns_fails = dns_fails.value_or(link.dns_fails);
}

LinkModel initial_link(const World& world) {
  LinkModel link{.latency = Latencies(world.timing)[Latency::radio_round_trip]};
  world.network.link.apply(link);
  return link;
}

}  // namespace sim800
