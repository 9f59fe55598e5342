// The relay that stands between the module and the net: what passes it, and how its ends are told of each other's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>

#include "relay_rig.hpp"

namespace {

using sim800::Relay;
using sim800::test::RelayRig;
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
  RelayRig rig;
  rig.open(unused_port(rig.loop));
  rig.until([&] { return rig.ready.has_value(); });
  CHECK(rig.failure == asio::error::connection_refused);
  CHECK(*rig.ready == 0);
}

TEST_CASE("relay: bytes pass both ways, whole and in order") {
  RelayRig rig;
  rig.establish();
  const std::string up = noise(10'000'000, 1), down = noise(10'000'000, 2);
  rig.client.write(up);
  rig.server.write(down);
  rig.until([&] { return rig.server.received.size() >= up.size() && rig.client.received.size() >= down.size(); });
  CHECK((rig.server.received == up));
  CHECK((rig.client.received == down));
}

TEST_CASE("relay: an end of one direction leaves the other open") {
  RelayRig rig;
  rig.establish();
  rig.client.socket.shutdown(asio::socket_base::shutdown_send);
  rig.until([&] { return rig.server.closed(); });
  const std::string late = noise(300'000, 3);
  rig.server.write(late);
  rig.until([&] { return rig.client.received.size() == late.size(); });
  CHECK_FALSE(rig.client.error);
  rig.server.socket.shutdown(asio::socket_base::shutdown_send);
  rig.until([&] { return rig.client.closed(); });
  CHECK((rig.client.received == late));
}

TEST_CASE("relay: a reset is one at the other end, behind the bytes that were sent before it") {
  for (const bool by_server : {true, false}) {
    CAPTURE(by_server);
    RelayRig rig;
    rig.establish();
    auto& sender = by_server ? rig.server : rig.client;
    auto& receiver = by_server ? rig.client : rig.server;
    const std::string last = "last words";
    sender.write(last);
    rig.until([&] { return sender.written == last.size(); });
    rig.settle();
    sender.reset();
    rig.until([&] { return static_cast<bool>(receiver.error); });
    CHECK(receiver.was_reset());
    CHECK(receiver.received == last);
  }
}

TEST_CASE("relay: writing to an end that has gone is a reset for the writer") {
  RelayRig rig;
  rig.establish();
  rig.client.socket.close();
  rig.until([&] { return rig.server.closed(); });
  rig.server.error = {};
  const std::string text = noise(1'000'000, 4);
  rig.server.write(text);
  rig.until([&] { return static_cast<bool>(rig.server.write_error); });
  CHECK(rig.server.written < text.size());
}

TEST_CASE("relay: a cut is seen at both ends, behind what was written") {
  for (const bool reset : {true, false}) {
    CAPTURE(reset);
    RelayRig rig;
    rig.establish();
    const std::string text = noise(20'000, 5);
    rig.client.write(text);
    rig.until([&] { return rig.client.written == text.size(); });
    rig.relay->cut(reset ? Relay::Cut::reset : Relay::Cut::close);
    rig.until([&] { return rig.client.error && rig.server.error; });
    CHECK(rig.client.was_reset() == reset);
    CHECK(rig.server.was_reset() == reset);
    CHECK((rig.server.received == text));
  }
}

TEST_CASE("relay: a cut before the client has come is told to it when it comes") {
  for (const bool reset : {true, false}) {
    CAPTURE(reset);
    RelayRig rig;
    rig.open();
    rig.until([&] { return rig.ready && rig.server_connected; });
    rig.relay->cut(reset ? Relay::Cut::reset : Relay::Cut::close);
    rig.until([&] { return static_cast<bool>(rig.server.error); });
    CHECK(rig.server.was_reset() == reset);
    rig.connect();
    rig.settle();
    CHECK(static_cast<bool>(rig.client.error) != reset);
    rig.advance(std::chrono::seconds(1));
    rig.until([&] { return static_cast<bool>(rig.client.error); });
    CHECK(rig.client.was_reset() == reset);
  }
}

TEST_CASE("relay: a strange client is sent away and the right one let in") {
  RelayRig rig;
  rig.open();
  rig.until([&] { return rig.ready.has_value(); });
  sim800::test::RelayEnd stranger(rig.loop);
  stranger.socket.connect({asio::ip::address_v4::loopback(), *rig.ready});
  stranger.read();
  rig.until([&] { return static_cast<bool>(stranger.error); });
  rig.connect();
  const std::string text = "hello";
  rig.client.write(text);
  rig.until([&] { return rig.server.received == text; });
  sim800::test::RelayEnd second(rig.loop);
  std::error_code refused;
  second.socket.connect({asio::ip::address_v4::loopback(), *rig.ready}, refused);
  CHECK(refused == asio::error::connection_refused);
}

TEST_CASE("relay: a reader that does not read stops the writer") {
  RelayRig rig;
  rig.server.reads = false;
  rig.establish();
  const std::string text = noise(20'000'000, 6);
  rig.client.write(text);
  rig.settle();
  // Four socket buffers and the lane; what a kernel adds to a buffer is its own affair.
  CHECK(rig.client.written == 0);
  CHECK(rig.server.received.size() < 2'000'000);
  rig.server.reads = true;
  rig.server.read();
  rig.until([&] { return rig.server.received.size() == text.size(); });
  CHECK((rig.server.received == text));
}

TEST_CASE("relay: hundreds of connections leave nothing open") {
  RelayRig rig;
  rig.establish();  // whatever a first one opens
  rig.relay.reset();
  rig.client.reset();
  rig.until([&] { return static_cast<bool>(rig.server.error); });
  rig.server.socket.close();
  rig.settle();
  const auto before = open_descriptors();
  for (int i = 0; i < 300; ++i) {
    rig.ready.reset();
    rig.server_connected = false;
    rig.client.error = rig.server.error = {};
    rig.acceptor.async_accept(rig.server.socket, [&](std::error_code) {
      rig.server_connected = true;
      rig.server.read();
    });
    rig.establish();
    if (i % 3 == 0) {
      rig.client.socket.close();
      rig.until([&] { return rig.server.closed(); });
      rig.server.socket.close();
    } else if (i % 3 == 1) {
      rig.server.reset();
      rig.until([&] { return static_cast<bool>(rig.client.error); });
      rig.client.socket.close();
    } else {
      rig.relay->cut(Relay::Cut::reset);
      rig.until([&] { return rig.client.error && rig.server.error; });
      rig.client.socket.close();
      rig.server.socket.close();
    }
    rig.relay.reset();
    rig.settle();
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("relay: one that nobody wants any more ends, whatever the server does") {
  RelayRig rig;
  rig.establish();
  rig.client.socket.close();
  rig.until([&] { return rig.server.closed(); });
  rig.relay.reset();
  const auto before = open_descriptors();
  rig.advance(std::chrono::seconds(61));
  CHECK(open_descriptors() == before - 2);
}
