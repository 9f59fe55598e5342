// Pings one server at a time (AT manual 10.2.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "backends/ports/ping.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/task.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "protocol/at/result.hpp"

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

  PingService(const Environment& environment, const IpStack& ip, Pinger& pinger)
      : around_(environment), ip_(ip), pinger_(pinger) {}

  /// `tell` is called for each probe. 3 unless the toolkit's context is active, also if it is lost later; 160 for a
  /// name without an address, 181 while another ping is running.
  Task<Result> run(Request request, std::function<void(const Probe&)> tell);
  /// A running ping checks whether the context is still active, once the caller has returned.
  void context_changed() {
    if (busy_) look_ = around_.clock.after(Duration::zero(), [this] { event_.raise(); });
  }

 private:
  bool possible() const { return ip_.active(); }
  Task<> wait(const std::function<bool()>& over, Duration limit);

  const Environment& around_;
  const IpStack& ip_;
  Pinger& pinger_;
  bool busy_ = false;
  Signal event_;
  Timer look_;
};

}  // namespace sim800
