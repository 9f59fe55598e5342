// What the link's model does to a relayed connection, in virtual time.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <vector>

#include "relay_rig.hpp"

namespace {

using namespace std::chrono_literals;
using sim800::Duration;
using sim800::LinkModel;
using sim800::Relay;
using sim800::TimePoint;
using sim800::test::RelayEnd;
using sim800::test::RelayRig;

// Connects, with all the time that takes.
void establish(RelayRig& rig) {
  rig.open();
  rig.settle();
  for (int i = 0; i < 100 && !rig.ready; ++i) rig.advance(100ms);
  REQUIRE(rig.ready);
  rig.connect();
  rig.settle();
}

// Module time until `end` has `count` bytes.
Duration time_for(RelayRig& rig, const RelayEnd& end, std::size_t count, Duration step) {
  const TimePoint start = rig.clock.now();
  while (end.received.size() < count && rig.clock.now() - start < 10min) rig.advance(step);
  CHECK(end.received.size() == count);
  return rig.clock.now() - start;
}

}  // namespace

TEST_CASE("link model: a clear link needs no relay, any other does") {
  RelayRig rig;
  CHECK_FALSE(rig.link.relays());
  for (const LinkModel& model : {LinkModel{.latency = 1ms}, LinkModel{.jitter = 1ms}, LinkModel{.down_kbps = 1},
                                 LinkModel{.up_kbps = 1}, LinkModel{.blackhole = true}}) {
    rig.link.set_model(model);
    CHECK(rig.link.relays());
  }
  rig.link.set_model({});
  CHECK_FALSE(rig.link.relays());
  rig.link.relay_always();
  CHECK(rig.link.relays());
}

TEST_CASE("link model: a round trip takes the latency once, connecting too, and being refused") {
  RelayRig rig({.latency = 600ms});
  rig.open();
  rig.settle();
  rig.advance(300ms);
  rig.advance(299ms);
  CHECK_FALSE(rig.ready);
  rig.advance(1ms);
  REQUIRE(rig.ready);
  rig.connect();
  rig.settle();
  const std::string ping = "ping", pong = "pong";
  rig.client.write(ping);
  rig.settle();
  rig.advance(299ms);
  CHECK(rig.server.received.empty());
  rig.advance(1ms);
  CHECK(rig.server.received == ping);
  rig.server.write(pong);
  rig.settle();
  rig.advance(299ms);
  CHECK(rig.client.received.empty());
  rig.advance(1ms);
  CHECK(rig.client.received == pong);
  rig.server.reset();
  rig.settle();
  rig.advance(299ms);
  CHECK_FALSE(rig.client.error);
  rig.advance(1ms);
  CHECK(rig.client.was_reset());

  rig.ready.reset();
  rig.open(sim800::test::unused_port(rig.loop));
  rig.settle();
  rig.advance(300ms);
  rig.advance(299ms);
  CHECK_FALSE(rig.ready);
  rig.advance(1ms);
  CHECK(rig.failure == asio::error::connection_refused);
}

TEST_CASE("link model: bandwidth, each way its own") {
  const std::string data(40'000, 'x');
  {
    RelayRig rig({.down_kbps = 40, .up_kbps = 20});
    establish(rig);
    rig.server.write(data);
    const auto took = time_for(rig, rig.client, data.size(), 10ms);
    CHECK(took >= 8s - 40ms);
    CHECK(took <= 8s + 40ms);
  }
  {
    RelayRig rig({.down_kbps = 40, .up_kbps = 20});
    establish(rig);
    rig.client.write(data);
    const auto took = time_for(rig, rig.server, data.size(), 10ms);
    CHECK(took >= 16s - 80ms);
    CHECK(took <= 16s + 80ms);
  }
}

TEST_CASE("link model: late timers cost no bandwidth, and a pause earns none") {
  RelayRig rig({.down_kbps = 40});
  establish(rig);
  const std::string data(40'000, 'x');
  rig.server.write(data);
  const auto took = time_for(rig, rig.client, data.size(), 70ms);  // more than three portions at a time
  CHECK(took <= 8s + 210ms);
  rig.advance(1h);
  rig.client.received.clear();
  rig.server.write(data);
  rig.settle();
  rig.advance(1s);
  CHECK(rig.client.received.size() <= 5'100);
}

TEST_CASE("link model: latency and bandwidth add up, the end comes last") {
  RelayRig rig({.latency = 2s, .down_kbps = 8});
  establish(rig);
  const std::string data(4'000, 'x');
  rig.server.write(data);
  rig.server.socket.shutdown(asio::socket_base::shutdown_send);
  const auto took = time_for(rig, rig.client, data.size(), 10ms);
  CHECK(took >= 5s - 100ms);
  CHECK(took <= 5s + 100ms);
  rig.settle();
  CHECK(rig.client.closed());
}

TEST_CASE("link model: jitter keeps the order, stays in its bounds, and is the seed's") {
  const auto arrivals = [](std::uint64_t seed) {
    RelayRig rig({.latency = 600ms, .jitter = 200ms}, seed);
    establish(rig);
    std::vector<Duration> times;
    const std::string letters = "abcdefghijklmnopqrst";
    std::vector<std::string> sent;
    for (const char letter : letters) sent.emplace_back(1, letter);
    for (const std::string& letter : sent) {
      const TimePoint start = rig.clock.now();
      const auto before = rig.server.received.size();
      rig.client.write(letter);
      rig.settle();
      while (rig.server.received.size() == before && rig.clock.now() - start < 1s) rig.advance(1ms);
      times.push_back(rig.clock.now() - start);
    }
    CHECK(rig.server.received == letters);
    return times;
  };
  const auto times = arrivals(1);
  CHECK(*std::min_element(times.begin(), times.end()) >= 200ms);
  CHECK(*std::max_element(times.begin(), times.end()) <= 400ms);
  CHECK(*std::max_element(times.begin(), times.end()) - *std::min_element(times.begin(), times.end()) > 50ms);
  CHECK(times == arrivals(1));
  CHECK(times != arrivals(2));
}

TEST_CASE("link model: a black hole holds everything and loses nothing") {
  RelayRig rig;
  rig.establish();
  const std::string up = "up", down = "down";
  rig.link.set_model({.blackhole = true});
  rig.client.write(up);
  rig.server.write(down);
  rig.settle();
  rig.advance(1h);
  CHECK(rig.server.received.empty());
  CHECK(rig.client.received.empty());
  rig.link.set_model({});
  rig.until([&] { return rig.server.received == up && rig.client.received == down; });
}

TEST_CASE("link model: new connections hang in a black hole") {
  RelayRig rig({.blackhole = true});
  rig.open();
  rig.settle();
  rig.advance(1h);
  CHECK_FALSE(rig.ready);
  CHECK_FALSE(rig.server_connected);
  rig.link.set_model({});
  rig.until([&] { return rig.ready.has_value(); });
  CHECK_FALSE(rig.failure);
}

TEST_CASE("link model: a cut reaches both ends of a black hole, without what is in it") {
  RelayRig rig;
  rig.establish();
  rig.link.set_model({.blackhole = true});
  const std::string lost = "lost";
  rig.client.write(lost);
  rig.settle();
  rig.relay->cut(Relay::Cut::close);
  rig.until([&] { return rig.client.error && rig.server.error; });
  CHECK(rig.server.received.empty());
}

TEST_CASE("link model: a connection can be stalled on its own") {
  RelayRig rig;
  rig.establish();
  rig.relay->stall(true);
  const std::string text = "held";
  rig.client.write(text);
  rig.settle();
  CHECK(rig.server.received.empty());
  rig.relay->stall(false);
  rig.until([&] { return rig.server.received == text; });
}

TEST_CASE("link model: a change acts on connections that run") {
  RelayRig rig({.down_kbps = 8});
  establish(rig);
  const std::string data(40'000, 'x');
  rig.server.write(data);
  rig.settle();
  rig.advance(10s);
  CHECK(rig.client.received.size() >= 9'800);
  CHECK(rig.client.received.size() <= 10'200);
  rig.link.set_model({});
  rig.advance(1s);
  rig.until([&] { return rig.client.received.size() == data.size(); });
}
