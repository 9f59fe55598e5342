// SPDX-License-Identifier: MIT
#include "emulator/network.hpp"

#include <fmt/format.h>

namespace sim800 {
namespace {

int stat_of(Registration registration) {
  switch (registration) {
    case Registration::home: return 1;
    case Registration::searching: return 2;
    case Registration::denied: return 3;
    case Registration::unknown: return 4;
    case Registration::roaming: return 5;
  }
  return 4;
}

}  // namespace

Network::Network(const Surroundings& surroundings, Settings& settings)
    : surroundings_(surroundings), settings_(settings) {}

void Network::search(Duration registering, Duration attaching) {
  search_for_emergencies();
  if (!surroundings_.world.sim.present) return;
  registering_ = surroundings_.clock.soon(registering, [this] {
    camped_ = true;
    change(stat_of(surroundings_.world.network.registration), false, nullptr);
  });
  attaching_ = surroundings_.clock.soon(attaching, [this] { attach(); });
}

void Network::search_for_emergencies() {
  change(2, false, nullptr);
  registering_ = surroundings_.clock.soon(surroundings_.latency[Latency::network_register], [this] { camped_ = true; });
}

void Network::attach() {
  if (registered() && surroundings_.world.network.gprs) change(stat_, true, nullptr);
}

void Network::detach(Channel* cause) {
  attaching_.cancel();
  if (!attached_) return;
  change(stat_, false, cause);
}

void Network::leave(Channel* cause) {
  camped_ = false;
  registering_.cancel();
  attaching_.cancel();
  change(0, false, cause);
}

void Network::power_off() {
  camped_ = false;
  registering_.cancel();
  attaching_.cancel();
  stat_ = 0;
  attached_ = false;
}

void Network::change(int stat, bool attached, Channel* cause) {
  const std::string creg_before = creg(2, false), cgreg_before = cgreg(2, false);
  const bool lost = attached_ && !attached;
  stat_ = stat;
  attached_ = attached;
  if (lost && on_detached) on_detached(cause);
  const std::uint32_t n = settings_.number("+CREG"), gn = settings_.number("+CGREG");
  if (n > 0 && creg(2, false) != creg_before) surroundings_.urc("+CREG: " + creg(n, false), cause);
  if (gn > 0 && cgreg(2, false) != cgreg_before) surroundings_.urc("+CGREG: " + cgreg(gn, false), cause);
}

std::string Network::describe(int stat, std::uint32_t n, bool read) {
  std::string text = read ? fmt::format("{},{}", n, stat) : fmt::format("{}", stat);
  if (n == 2 && (stat == 1 || stat == 5)) text += fmt::format(",\"{}\",\"{}\"", area, cell);
  return text;
}

}  // namespace sim800
