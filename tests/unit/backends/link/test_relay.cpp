// The relay that stands between the module and the net: what passes it, and how its ends are told of each other's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "tests/support/relay_fixture.hpp"

namespace {

using sim800::Relay;
using sim800::test::RelayFixture;
using sim800::test::unused_port;

std::string noise(std::size_t count, std::uint32_t state) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("relay: where nobody listens it is refused, and no port is told") {
  RelayFixture fixture;
  fixture.open(unused_port(fixture.loop));
  fixture.until([&] { return fixture.ready.has_value(); });
  CHECK(fixture.failure == asio::error::connection_refused);
  CHECK(*fixture.ready == 0);
}

TEST_CASE("relay: bytes pass both ways, whole and in order") {
  RelayFixture fixture;
  fixture.establish();
  const std::string up = noise(10'000'000, 1), down = noise(10'000'000, 2);
  fixture.client.write(up);
  fixture.server.write(down);
  fixture.until(
      [&] { return fixture.server.received.size() >= up.size() && fixture.client.received.size() >= down.size(); });
  CHECK((fixture.server.received == up));
  CHECK((fixture.client.received == down));
}

TEST_CASE("relay: an end of one direction leaves the other open") {
  RelayFixture fixture;
  fixture.establish();
  fixture.client.socket.shutdown(asio::socket_base::shutdown_send);
  fixture.until([&] { return fixture.server.closed(); });
  const std::string late = noise(300'000, 3);
  fixture.server.write(late);
  fixture.until([&] { return fixture.client.received.size() == late.size(); });
  CHECK_FALSE(fixture.client.error);
  fixture.server.socket.shutdown(asio::socket_base::shutdown_send);
  fixture.until([&] { return fixture.client.closed(); });
  CHECK((fixture.client.received == late));
}

TEST_CASE("relay: a reset is one at the other end, behind the bytes that were sent before it") {
  for (const bool by_server : {true, false}) {
    CAPTURE(by_server);
    RelayFixture fixture;
    fixture.establish();
    auto& sender = by_server ? fixture.server : fixture.client;
    auto& receiver = by_server ? fixture.client : fixture.server;
    const std::string last = "last words";
    sender.write(last);
    fixture.until([&] { return sender.written == last.size(); });
    fixture.settle();
    sender.reset();
    fixture.until([&] { return static_cast<bool>(receiver.error); });
    CHECK(receiver.was_reset());
    CHECK(receiver.received == last);
  }
}

TEST_CASE("relay: writing to an end that has gone is a reset for the writer") {
  RelayFixture fixture;
  fixture.establish();
  fixture.client.socket.close();
  fixture.until([&] { return fixture.server.closed(); });
  fixture.server.error = {};
  const std::string text = noise(1'000'000, 4);
  fixture.server.write(text);
  fixture.until([&] { return static_cast<bool>(fixture.server.write_error); });
  CHECK(fixture.server.written < text.size());
}

TEST_CASE("relay: a cut is seen at both ends, behind what was written") {
  for (const bool reset : {true, false}) {
    CAPTURE(reset);
    RelayFixture fixture;
    fixture.establish();
    const std::string text = noise(20'000, 5);
    fixture.client.write(text);
    fixture.until([&] { return fixture.client.written == text.size(); });
    fixture.relay->cut(reset ? Relay::Cut::reset : Relay::Cut::close);
    fixture.until([&] { return fixture.client.error && fixture.server.error; });
    CHECK(fixture.client.was_reset() == reset);
    CHECK(fixture.server.was_reset() == reset);
    CHECK((fixture.server.received == text));
  }
}

TEST_CASE("relay: a cut before the client has come is told to it when it comes") {
  for (const bool reset : {true, false}) {
    CAPTURE(reset);
    RelayFixture fixture;
    fixture.open();
    fixture.until([&] { return fixture.ready && fixture.server_connected; });
    fixture.relay->cut(reset ? Relay::Cut::reset : Relay::Cut::close);
    fixture.until([&] { return static_cast<bool>(fixture.server.error); });
    CHECK(fixture.server.was_reset() == reset);
    fixture.connect();
    fixture.settle();
    CHECK(static_cast<bool>(fixture.client.error) != reset);
    fixture.advance(std::chrono::seconds(1));
    fixture.until([&] { return static_cast<bool>(fixture.client.error); });
    CHECK(fixture.client.was_reset() == reset);
  }
}

TEST_CASE("relay: a strange client is sent away and the right one let in") {
  RelayFixture fixture;
  fixture.open();
  fixture.until([&] { return fixture.ready.has_value(); });
  sim800::test::RelayEnd stranger(fixture.loop);
  stranger.socket.connect({asio::ip::address_v4::loopback(), *fixture.ready});
  stranger.read();
  fixture.until([&] { return static_cast<bool>(stranger.error); });
  fixture.connect();
  const std::string text = "hello";
  fixture.client.write(text);
  fixture.until([&] { return fixture.server.received == text; });
  sim800::test::RelayEnd second(fixture.loop);
  std::error_code refused;
  second.socket.connect({asio::ip::address_v4::loopback(), *fixture.ready}, refused);
  CHECK(refused == asio::error::connection_refused);
}

TEST_CASE("relay: a reader that does not read stops the writer") {
  RelayFixture fixture;
  fixture.server.reads = false;
  fixture.establish();
  const std::string text = noise(20'000'000, 6);
  fixture.client.write(text);
  fixture.settle();
  // Four socket buffers and the lane; what a kernel adds to a buffer is its own affair.
  CHECK(fixture.client.written == 0);
  CHECK(fixture.server.received.size() < 2'000'000);
  fixture.server.reads = true;
  fixture.server.read();
  fixture.until([&] { return fixture.server.received.size() == text.size(); });
  CHECK((fixture.server.received == text));
}

TEST_CASE("relay: hundreds of connections leave nothing open") {
  RelayFixture fixture;
  fixture.establish();  // whatever a first one opens
  fixture.relay.reset();
  fixture.client.reset();
  fixture.until([&] { return static_cast<bool>(fixture.server.error); });
  fixture.server.socket.close();
  fixture.settle();
  const auto before = open_descriptors();
  for (int i = 0; i < 300; ++i) {
    fixture.ready.reset();
    fixture.server_connected = false;
    fixture.client.error = fixture.server.error = {};
    fixture.acceptor.async_accept(fixture.server.socket, [&](std::error_code) {
      fixture.server_connected = true;
      fixture.server.read();
    });
    fixture.establish();
    if (i % 3 == 0) {
      fixture.client.socket.close();
      fixture.until([&] { return fixture.server.closed(); });
      fixture.server.socket.close();
    } else if (i % 3 == 1) {
      fixture.server.reset();
      fixture.until([&] { return static_cast<bool>(fixture.client.error); });
      fixture.client.socket.close();
    } else {
      fixture.relay->cut(Relay::Cut::reset);
      fixture.until([&] { return fixture.client.error && fixture.server.error; });
      fixture.client.socket.close();
      fixture.server.socket.close();
    }
    fixture.relay.reset();
    fixture.settle();
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("relay: one that nobody wants any more ends, whatever the server does") {
  RelayFixture fixture;
  fixture.establish();
  fixture.client.socket.close();
  fixture.until([&] { return fixture.server.closed(); });
  fixture.relay.reset();
  const auto before = open_descriptors();
  fixture.advance(std::chrono::seconds(61));
  CHECK(open_descriptors() == before - 2);
}

TEST_CASE("relay: a stranger with the client's port, from another address of this machine, is turned away") {
  RelayFixture fixture;
  fixture.open();
  fixture.until([&] { return fixture.ready.has_value(); });
  fixture.client.socket.assign(sim800::test::tcp::v4(), fixture.relay->open_socket());
  const auto port = fixture.client.socket.local_endpoint().port();
  sim800::test::RelayEnd stranger(fixture.loop);
  stranger.socket.open(sim800::test::tcp::v4());
  stranger.socket.bind({asio::ip::make_address("127.0.0.2"), port});
  stranger.socket.connect({asio::ip::address_v4::loopback(), *fixture.ready});
  const std::string forged = "forged";
  stranger.write(forged);
  stranger.read();
  fixture.until([&] { return static_cast<bool>(stranger.error); });
  CHECK(stranger.received.empty());
  fixture.client.socket.connect({asio::ip::address_v4::loopback(), *fixture.ready});
  fixture.client.read();
  fixture.until([&] { return fixture.server_connected; });
  const std::string hello = "hello";
  fixture.client.write(hello);
  fixture.until([&] { return fixture.server.received.size() >= hello.size(); });
  CHECK(fixture.server.received == hello);
}

TEST_CASE("relay: servers that never close use up no descriptors") {
  RelayFixture fixture;
  fixture.establish();
  std::vector<sim800::test::tcp::socket> held;
  const std::size_t before = open_descriptors();
  for (std::size_t number = 1; number <= 100; ++number) {
    fixture.acceptor.async_accept(
        [&](std::error_code, sim800::test::tcp::socket socket) { held.push_back(std::move(socket)); });
    fixture.ready.reset();
    fixture.open();
    fixture.until([&] { return fixture.ready.has_value(); });
    fixture.client.socket.close();
    fixture.connect();
    fixture.until([&] { return held.size() == number; });
    fixture.settle();
  }
  // The server's end of each, and two of the module's for each that is still there.
  CHECK(open_descriptors() <= before + held.size() + 2 * 35);
}
