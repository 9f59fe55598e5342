// SPDX-License-Identifier: MIT
#include "emulator/network.hpp"

#include <fmt/format.h>

#include <algorithm>

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
    : surroundings_(surroundings), settings_(settings), registration_(surroundings.world.network.registration) {}

Duration Network::registering_time() const {
  return surroundings_.latency[Latency::network_register] - surroundings_.latency[Latency::boot_cpin];
}

void Network::search() {
  search_for_emergencies();
  seeks_ = true;
  registering_ = surroundings_.clock.soon(registering_time(), [this] {
    camped_ = true;
    change(stat_of(registration_), false, nullptr);
  });
  const Duration attaching = surroundings_.latency[Latency::network_attach] - surroundings_.latency[Latency::boot_cpin];
  attaching_ = surroundings_.clock.soon(attaching, [this] { attach(); });
}

void Network::search_for_emergencies() {
  cancel_all();
  seeks_ = false;
  change(2, false, nullptr);
  registering_ = surroundings_.clock.soon(registering_time(), [this] { camped_ = true; });
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
  seeks_ = camped_ = false;
  cancel_all();
  change(0, false, cause);
}

void Network::power_off() {
  seeks_ = camped_ = false;
  cancel_all();
  stat_ = 0;
  attached_ = false;
}

void Network::cancel_all() {
  registering_.cancel();
  attaching_.cancel();
}

// --- what the scenario does to it

void Network::set_registration(Registration registration) {
  registration_ = registration;
  if (!seeks_ || !camped_) return;  // shows when a cell is found
  const int stat = stat_of(registration);
  if (is_registered(stat) == registered()) return change(stat, attached_, nullptr);
  cancel_all();
  if (!is_registered(stat)) return change(stat, false, nullptr, Losing::soon);
  change(stat_of(Registration::searching), false, nullptr);
  registering_ = surroundings_.clock.after(Duration::zero(), [this] { search(); });
}

void Network::set_signal(int rssi, int ber) { signal_ = {.at = {}, .rssi = rssi, .ber = ber}; }

SignalPoint Network::signal() const {
  if (!camped_) return {.at = {}, .rssi = 99, .ber = 99};
  if (signal_) return *signal_;
  const NetworkConfig& network = surroundings_.world.network;
  const auto later =
      std::ranges::upper_bound(network.signal, surroundings_.clock.now() - powered_at_, {}, &SignalPoint::at);
  if (later == network.signal.begin()) return {.at = {}, .rssi = network.rssi, .ber = network.ber};
  return *std::prev(later);
}

// --- state and what is said of it

void Network::change(int stat, bool attached, Channel* cause, Losing losing) {
  const std::string creg_before = creg(2, false), cgreg_before = cgreg(2, false);
  const bool was_registered = registered();
  const bool lost = attached_ && !attached;
  stat_ = stat;
  attached_ = attached;
  if (lost && losing == Losing::soon) {
    losing_ = surroundings_.clock.after(Duration::zero(), [this] { on_detached(nullptr); });
  } else if (lost && on_detached) {
    on_detached(cause);
  }
  const std::uint32_t n = settings_.number("+CREG"), gn = settings_.number("+CGREG");
  if (n > 0 && creg(2, false) != creg_before) surroundings_.urc("+CREG: " + creg(n, false), cause);
  if (gn > 0 && cgreg(2, false) != cgreg_before) surroundings_.urc("+CGREG: " + cgreg(gn, false), cause);
  if (registered() != was_registered && on_registration) on_registration(registered());
}

std::string Network::describe(int stat, std::uint32_t n, bool read) {
  std::string text = read ? fmt::format("{},{}", n, stat) : fmt::format("{}", stat);
  if (n == 2 && (stat == 1 || stat == 5)) text += fmt::format(",\"{}\",\"{}\"", area, cell);
  return text;
}

}  // namespace sim800
