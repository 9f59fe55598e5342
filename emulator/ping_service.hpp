// Pings one host at a time (AT manual 10.2.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "backends/ping.hpp"
#include "emulator/pdp.hpp"
#include "emulator/surroundings.hpp"
#include "emulator/task.hpp"
#include "protocol/result.hpp"

namespace sim800 {

class PingService {
 public:
  struct Request {
    std::string host;
    unsigned count = 4, length = 32;
    Duration limit{};  ///< for each reply
    unsigned ttl = 64;
  };
  struct Probe {
    unsigned number = 1;
    std::string address;
    std::optional<Duration> time;  ///< none: no reply in time
    unsigned ttl = 0;
  };

  PingService(const Surroundings& surroundings, const PdpContexts& pdp, Pinger& pinger)
      : around_(surroundings), pdp_(pdp), pinger_(pinger) {}

  /// `tell` is called for each probe.  3 without an active context, also once it is lost; 160 for a name without an
  /// address, 181 while another host is being pinged.
  Task<Result> run(Request request, std::function<void(const Probe&)> tell);
  /// What runs looks again whether a context is active.
  void context_changed() { event_.raise(); }

 private:
  bool possible() const { return pdp_.any_active(); }
  Task<> wait(const std::function<bool()>& over, Duration limit);

  const Surroundings& around_;
  const PdpContexts& pdp_;
  Pinger& pinger_;
  bool busy_ = false;
  Signal event_;
};

}  // namespace sim800
