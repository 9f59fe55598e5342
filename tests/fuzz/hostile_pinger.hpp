// A network that finds servers or not and answers pings as it likes.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "backends/ports/ping.hpp"
#include "emulator/core/clock.hpp"
#include "tests/fuzz/fuzz_lines.hpp"

namespace sim800::test {

class HostilePinger final : public Pinger {
 public:
  HostilePinger(Chance& chance, Clock& clock) : chance_(chance), clock_(clock) {}

  std::unique_ptr<Ping> open(const std::string& host, std::function<void(std::string)> found) override {
    return std::make_unique<Probe>(*this, host, std::move(found));
  }

 private:
  struct Probe final : Ping {
    Probe(HostilePinger& p, const std::string& host, std::function<void(std::string)> found) : pinger(p) {
      if (pinger.chance_.percent(10)) return;  // the name server is dead
      const std::string address = pinger.chance_.percent(20) ? "" : host;
      next = pinger.after([found = std::move(found), address] { found(address); });
    }
    void send(std::size_t, unsigned ttl, std::function<void(unsigned)> replied) override {
      next.cancel();
      if (pinger.chance_.percent(70)) next = pinger.after([ttl, tell = std::move(replied)] { tell(ttl); });
    }
    HostilePinger& pinger;
    Timer next;
  };

  Timer after(std::function<void()> act) {
    return clock_.after(std::chrono::milliseconds(chance_.below(5000)), std::move(act));
  }

  Chance& chance_;
  Clock& clock_;
};

}  // namespace sim800::test
