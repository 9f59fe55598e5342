// Peers of sockets that send, accept and end as they like.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/ports/socket.hpp"
#include "emulator/core/clock.hpp"
#include "tests/fuzz/fuzz_lines.hpp"

namespace sim800::test {

class HostileSockets final : public Sockets {
 public:
  HostileSockets(Chance& chance, Clock& clock) : chance_(chance), clock_(clock) {}

  std::unique_ptr<Socket> connect(SocketRequest) override {
    ++started;
    return std::make_unique<Hostile>(*this, false);
  }
  std::unique_ptr<SocketServer> listen(const SocketAddress&,
                                       std::function<void(std::unique_ptr<Socket>)> on_client) override {
    if (chance_.percent(10)) return nullptr;
    return std::make_unique<Server>(*this, std::move(on_client));
  }
  std::unique_ptr<NameQuery> resolve(const std::string&, std::function<void(std::vector<std::string>)> done) override {
    return std::make_unique<Query>(*this, std::move(done));
  }
  std::uint64_t started = 0;

 private:
  Timer soon(std::function<void()> act) {
    return clock_.after(std::chrono::milliseconds(chance_.below(5000)), std::move(act));
  }

  struct Hostile final : Socket {
    Hostile(HostileSockets& o, bool is_up) : owner(o), up(is_up) { plan(); }
    SocketAddress peer() const override { return {"10.0.0.9", 80}; }
    std::string_view readable() const override { return data; }
    std::size_t waiting() const override { return data.size(); }
    SocketAddress source() const override { return peer(); }
    void consume(std::size_t count) override { data.erase(0, count); }
    std::size_t room() const override { return free; }
    void send(std::string_view bytes) override {
      free -= std::min(free, bytes.size());
      taken += bytes.size();
    }
    std::uint64_t acknowledged() const override { return confirmed; }
    void finish() override {}
    void take_all(bool) override {}
    void redirect(const SocketAddress&) override {}

    void plan() {
      if (!over && !owner.chance_.percent(10)) next = owner.soon([this] { act(); });
    }
    void act() {
      Chance& chance = owner.chance_;
      const SocketEvents told = events;  // any of them may destroy this object
      if (!up) {
        up = true;
        const auto outcome = chance.percent(60) ? SocketError::none : static_cast<SocketError>(1 + chance.below(3));
        over = outcome != SocketError::none;
        plan();
        return told.connected(outcome);
      }
      over = chance.percent(15);
      if (chance.percent(50)) data.append(chance.below(window - data.size() + 1), chance.byte());
      free += chance.below(window - free + 1);
      if (chance.percent(70)) confirmed = taken;
      plan();
      if (over) return told.closed(chance.percent(50) ? SocketError::none : SocketError::reset);
      told.changed();
    }
    HostileSockets& owner;
    bool up, over = false;
    std::string data;
    std::size_t free = window;
    std::uint64_t taken = 0, confirmed = 0;
    Timer next;
  };

  struct Server final : SocketServer {
    Server(HostileSockets& o, std::function<void(std::unique_ptr<Socket>)> f) : owner(o), on_client(std::move(f)) {
      plan();
    }
    void plan() {
      next = owner.soon([this] {
        plan();
        on_client(std::make_unique<Hostile>(owner, true));
      });
    }
    HostileSockets& owner;
    std::function<void(std::unique_ptr<Socket>)> on_client;
    Timer next;
  };

  struct Query final : NameQuery {
    Query(HostileSockets& owner, std::function<void(std::vector<std::string>)> done)
        : next(owner.soon([done = std::move(done), some = owner.chance_.percent(50)] {
            const auto last = done;  // it may destroy the query
            last(some ? std::vector<std::string>{"10.1.1.1", "10.1.1.2"} : std::vector<std::string>{});
          })) {}
    Timer next;
  };

  Chance& chance_;
  Clock& clock_;
};

}  // namespace sim800::test
