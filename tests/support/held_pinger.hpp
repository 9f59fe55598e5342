// A pinger that answers when told to.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "backends/ports/ping.hpp"

namespace sim800::test {

class HeldPinger final : public Pinger {
 public:
  std::unique_ptr<Ping> open(const std::string& name, std::function<void(std::string)> told) override {
    host = name;
    found = std::move(told);
    return std::make_unique<Probe>(*this);
  }

  std::string host;
  std::function<void(std::string address)> found;
  std::size_t length = 0;
  unsigned ttl = 0;
  std::function<void(unsigned ttl)> replied;
  int sent = 0, running = 0;

 private:
  struct Probe final : Ping {
    explicit Probe(HeldPinger& p) : pinger(p) { ++pinger.running; }
    ~Probe() override { --pinger.running; }
    void send(std::size_t bytes, unsigned hops, std::function<void(unsigned)> done) override {
      pinger.length = bytes;
      pinger.ttl = hops;
      pinger.replied = std::move(done);
      ++pinger.sent;
    }
    HeldPinger& pinger;
  };
};

}  // namespace sim800::test
