// What the link's model does to a relayed connection, in virtual time.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <vector>

#include "tests/support/relay_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using sim800::Duration;
using sim800::LinkModel;
using sim800::Relay;
using sim800::TimePoint;
using sim800::test::RelayEnd;
using sim800::test::RelayFixture;

// Connects, with all the time that takes.
void establish(RelayFixture& fixture) {
  fixture.open();
  fixture.settle();
  for (int i = 0; i < 100 && !fixture.ready; ++i) fixture.advance(100ms);
  REQUIRE(fixture.ready);
  fixture.connect();
  fixture.settle();
}

// Module time until `end` has `count` bytes.
Duration time_for(RelayFixture& fixture, const RelayEnd& end, std::size_t count, Duration step) {
  const TimePoint start = fixture.clock.now();
  while (end.received.size() < count && fixture.clock.now() - start < 10min) fixture.advance(step);
  CHECK(end.received.size() == count);
  return fixture.clock.now() - start;
}

}  // namespace

TEST_CASE("link model: a clear link needs no relay, any other does") {
  RelayFixture fixture;
  CHECK_FALSE(fixture.link.relays());
  for (const LinkModel& model : {LinkModel{.latency = 1ms}, LinkModel{.jitter = 1ms}, LinkModel{.down_kbps = 1},
                                 LinkModel{.up_kbps = 1}, LinkModel{.blackhole = true}}) {
    fixture.link.set_model(model);
    CHECK(fixture.link.relays());
  }
  fixture.link.set_model({});
  CHECK_FALSE(fixture.link.relays());
  fixture.link.relay_always();
  CHECK(fixture.link.relays());
}

TEST_CASE("link model: a round trip takes the latency once, connecting too, and being refused") {
  RelayFixture fixture({.latency = 600ms});
  fixture.open();
  fixture.settle();
  fixture.advance(300ms);
  fixture.advance(299ms);
  CHECK_FALSE(fixture.ready);
  fixture.advance(1ms);
  REQUIRE(fixture.ready);
  fixture.connect();
  fixture.settle();
  const std::string ping = "ping", pong = "pong";
  fixture.client.write(ping);
  fixture.settle();
  fixture.advance(299ms);
  CHECK(fixture.server.received.empty());
  fixture.advance(1ms);
  CHECK(fixture.server.received == ping);
  fixture.server.write(pong);
  fixture.settle();
  fixture.advance(299ms);
  CHECK(fixture.client.received.empty());
  fixture.advance(1ms);
  CHECK(fixture.client.received == pong);
  fixture.server.reset();
  fixture.settle();
  fixture.advance(299ms);
  CHECK_FALSE(fixture.client.error);
  fixture.advance(1ms);
  CHECK(fixture.client.was_reset());

  fixture.ready.reset();
  fixture.open(sim800::test::unused_port(fixture.loop));
  fixture.settle();
  fixture.advance(300ms);
  fixture.advance(299ms);
  CHECK_FALSE(fixture.ready);
  fixture.advance(1ms);
  CHECK(fixture.failure == asio::error::connection_refused);
}

TEST_CASE("link model: an acknowledgement takes the round trip, and no answer overtakes it") {
  RelayFixture fixture({.latency = 600ms});
  establish(fixture);
  std::vector<std::uint64_t> told;
  fixture.relay->follow([&] { told.push_back(fixture.relay->acknowledged()); });
  const std::string ping = "ping", pong = "pong";
  fixture.client.write(ping);
  fixture.settle();
  CHECK(fixture.relay->in_flight() == 4);
  CHECK(fixture.relay->delivered() == 0);
  fixture.advance(300ms);
  fixture.until([&] { return fixture.relay->delivered() == 4; });
  CHECK(fixture.relay->in_flight() == 0);
  CHECK(fixture.server.received == ping);
  fixture.server.write(pong);
  fixture.settle();
  fixture.advance(299ms);
  CHECK(fixture.client.received.empty());
  CHECK(fixture.relay->acknowledged() == 0);
  CHECK(told.empty());
  fixture.advance(1ms);
  CHECK(fixture.client.received == pong);
  CHECK(told == std::vector<std::uint64_t>{4});
}

TEST_CASE("link model: with jitter, an answer that is early brings the acknowledgement along") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RelayFixture fixture({.latency = 600ms, .jitter = 500ms}, seed);
    establish(fixture);
    fixture.relay->follow([] {});
    const std::string ping = "ping", pong = "pong";
    fixture.client.write(ping);
    fixture.settle();
    for (int i = 0; i < 1000 && fixture.server.received.empty(); ++i) fixture.advance(1ms);
    fixture.until([&] { return fixture.relay->delivered() == 4; });
    fixture.server.write(pong);
    fixture.settle();
    for (int i = 0; i < 1000 && fixture.client.received.empty(); ++i) fixture.advance(1ms);
    CHECK(fixture.client.received == pong);
    CHECK(fixture.relay->acknowledged() == 4);
  }
}

TEST_CASE("link model: a connection from outside comes through the link as well") {
  RelayFixture fixture({.latency = 600ms});
  RelayEnd outside(fixture.loop);
  outside.socket.connect(fixture.acceptor.local_endpoint());
  outside.read();
  fixture.until([&] { return fixture.server_connected; });
  fixture.server.reads = false;
  const std::string early = "early";
  outside.write(early);
  fixture.until([&] { return fixture.server.received == early; });
  fixture.relay = fixture.link.relay(std::move(fixture.server.socket), [&](std::error_code error, std::uint16_t port) {
    CHECK_FALSE(error);
    fixture.ready = port;
  });
  fixture.settle();
  fixture.advance(299ms);
  CHECK_FALSE(fixture.ready);
  fixture.advance(1ms);
  REQUIRE(fixture.ready);
  fixture.connect();
  fixture.settle();
  const std::string up = "up", down = "down";
  fixture.client.write(up);
  outside.write(down);
  fixture.settle();
  fixture.advance(299ms);
  CHECK(outside.received.empty());
  CHECK(fixture.client.received.empty());
  fixture.advance(1ms);
  CHECK(outside.received == up);
  CHECK(fixture.client.received == down);
  outside.reset();
  fixture.settle();
  fixture.advance(300ms);
  CHECK(fixture.client.was_reset());
}

TEST_CASE("link model: bandwidth, each way its own") {
  const std::string data(40'000, 'x');
  {
    RelayFixture fixture({.down_kbps = 40, .up_kbps = 20});
    establish(fixture);
    fixture.server.write(data);
    const auto took = time_for(fixture, fixture.client, data.size(), 10ms);
    CHECK(took >= 8s - 40ms);
    CHECK(took <= 8s + 40ms);
  }
  {
    RelayFixture fixture({.down_kbps = 40, .up_kbps = 20});
    establish(fixture);
    fixture.client.write(data);
    const auto took = time_for(fixture, fixture.server, data.size(), 10ms);
    CHECK(took >= 16s - 80ms);
    CHECK(took <= 16s + 80ms);
  }
}

TEST_CASE("link model: late timers cost no bandwidth, and a pause earns none") {
  RelayFixture fixture({.down_kbps = 40});
  establish(fixture);
  const std::string data(40'000, 'x');
  fixture.server.write(data);
  const auto took = time_for(fixture, fixture.client, data.size(), 70ms);  // more than three portions at a time
  CHECK(took <= 8s + 210ms);
  fixture.advance(1h);
  fixture.client.received.clear();
  fixture.server.write(data);
  fixture.settle();
  fixture.advance(1s);
  CHECK(fixture.client.received.size() <= 5'100);
}

TEST_CASE("link model: latency and bandwidth add up, the end comes last") {
  RelayFixture fixture({.latency = 2s, .down_kbps = 8});
  establish(fixture);
  const std::string data(4'000, 'x');
  fixture.server.write(data);
  fixture.server.socket.shutdown(asio::socket_base::shutdown_send);
  const auto took = time_for(fixture, fixture.client, data.size(), 10ms);
  CHECK(took >= 5s - 100ms);
  CHECK(took <= 5s + 100ms);
  fixture.settle();
  CHECK(fixture.client.closed());
}

TEST_CASE("link model: jitter keeps the order, stays in its bounds, and is the seed's") {
  const auto arrivals = [](std::uint64_t seed) {
    RelayFixture fixture({.latency = 600ms, .jitter = 200ms}, seed);
    establish(fixture);
    std::vector<Duration> times;
    const std::string letters = "abcdefghijklmnopqrst";
    std::vector<std::string> sent;
    for (const char letter : letters) sent.emplace_back(1, letter);
    for (const std::string& letter : sent) {
      const TimePoint start = fixture.clock.now();
      const auto before = fixture.server.received.size();
      fixture.client.write(letter);
      fixture.settle();
      while (fixture.server.received.size() == before && fixture.clock.now() - start < 1s) fixture.advance(1ms);
      times.push_back(fixture.clock.now() - start);
    }
    CHECK(fixture.server.received == letters);
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
  RelayFixture fixture;
  fixture.establish();
  const std::string up = "up", down = "down";
  fixture.link.set_model({.blackhole = true});
  fixture.client.write(up);
  fixture.server.write(down);
  fixture.settle();
  fixture.advance(1h);
  CHECK(fixture.server.received.empty());
  CHECK(fixture.client.received.empty());
  fixture.link.set_model({});
  fixture.until([&] { return fixture.server.received == up && fixture.client.received == down; });
}

TEST_CASE("link model: new connections hang in a black hole") {
  RelayFixture fixture({.blackhole = true});
  fixture.open();
  fixture.settle();
  fixture.advance(1h);
  CHECK_FALSE(fixture.ready);
  CHECK_FALSE(fixture.server_connected);
  fixture.link.set_model({});
  fixture.until([&] { return fixture.ready.has_value(); });
  CHECK_FALSE(fixture.failure);
}

TEST_CASE("link model: a cut reaches both ends of a black hole, without what is in it") {
  RelayFixture fixture;
  fixture.establish();
  fixture.link.set_model({.blackhole = true});
  const std::string lost = "lost";
  fixture.client.write(lost);
  fixture.settle();
  fixture.relay->cut(Relay::Cut::close);
  fixture.until([&] { return fixture.client.error && fixture.server.error; });
  CHECK(fixture.server.received.empty());
}

TEST_CASE("link model: a connection can be stalled on its own") {
  RelayFixture fixture;
  fixture.establish();
  fixture.relay->stall(true);
  const std::string text = "held";
  fixture.client.write(text);
  fixture.settle();
  CHECK(fixture.server.received.empty());
  fixture.relay->stall(false);
  fixture.until([&] { return fixture.server.received == text; });
}

TEST_CASE("link model: a change acts on connections that run") {
  RelayFixture fixture({.down_kbps = 8});
  establish(fixture);
  const std::string data(40'000, 'x');
  fixture.server.write(data);
  fixture.settle();
  fixture.advance(10s);
  CHECK(fixture.client.received.size() >= 9'800);
  CHECK(fixture.client.received.size() <= 10'200);
  fixture.link.set_model({});
  fixture.advance(1s);
  fixture.until([&] { return fixture.client.received.size() == data.size(); });
}
