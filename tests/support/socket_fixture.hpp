// Sockets of the module against peers on loopback, with time controlled by the test.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/sockets/asio_sockets.hpp"
#include "tests/support/fake_interference.hpp"
#include "tests/support/relay_fixture.hpp"

namespace sim800::test {

/// One socket of the module, and what happened to it.
struct ModuleEnd {
  void watch(std::unique_ptr<Socket> made) {
    socket = std::move(made);
    socket->events.connected = [this](SocketError result) { connected = result; };
    socket->events.changed = [this] { move(); };
    socket->events.closed = [this](SocketError why) {
      move();
      closed = why;
    };
  }
  /// Reads what is there, and writes what fits.
  void move() {
    if (!socket) return;
    if (reads) {
      while (!socket->readable().empty()) {
        largest = std::max(largest, socket->readable().size());
        received += socket->readable();
        socket->consume(socket->readable().size());
      }
    }
    const std::size_t count = std::min(socket->room(), unsent.size());
    if (count == 0) return;
    socket->send(std::string_view(unsent).substr(0, count));
    unsent.erase(0, count);
  }
  void write(std::string_view bytes) {
    unsent += bytes;
    move();
  }

  std::unique_ptr<Socket> socket;
  std::optional<SocketError> connected, closed;
  std::string received, unsent;
  std::size_t largest = 0;  // most that was readable at once
  bool reads = true;
};

struct SocketFixture {
  explicit SocketFixture(const HostMap& hosts = {}, const LinkModel& model = {}, bool with_faults = false,
                         int peer_buffer = 0)
      : link(loop, hosts, clock, model), acceptor(loop, tcp::v4()), peer(loop) {
    faults.watches = faults.relay = with_faults;
    sockets = make_asio_sockets(loop, link, with_faults ? &faults : nullptr);
    if (peer_buffer > 0) acceptor.set_option(asio::socket_base::receive_buffer_size(peer_buffer));
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen();
    acceptor.async_accept(peer.socket, [this](std::error_code problem) {
      if (problem) return;
      accepted = true;
      peer.read();
    });
  }

  std::uint16_t port() const { return acceptor.local_endpoint().port(); }
  SocketRequest request() const {
    SocketRequest wanted;
    wanted.id = 3;
    wanted.host = "127.0.0.1";
    wanted.port = port();
    return wanted;
  }
  void connect() { connect(request()); }
  void connect(const SocketRequest& wanted) {
    module.watch(sockets->connect(wanted));
    CHECK_FALSE(module.connected);
  }
  /// Both ends know of each other.
  void establish() {
    connect();
    until([this] { return module.connected && accepted; });
    REQUIRE(module.connected == SocketError::none);
  }
  /// Likewise through the radio, which takes this long in each direction.
  void establish(Duration one_way) {
    connect();
    settle();
    advance(one_way);
    until([this] { return accepted; });
    advance(one_way);
    until([this] { return module.connected.has_value(); });
  }
  template <class Condition>
  void until(Condition reached) {
    run_until(loop, reached);
  }
  void settle() {
    loop.restart();
    for (int quiet = 0; quiet < 3;) quiet = loop.poll() == 0 ? quiet + 1 : 0;
  }
  void advance(Duration span) {
    clock.advance(span);
    settle();
  }

  asio::io_context loop;
  VirtualClock clock;
  RadioLink link;
  FakeInterference faults;
  std::unique_ptr<Sockets> sockets;
  tcp::acceptor acceptor;
  RelayEnd peer;
  ModuleEnd module;
  bool accepted = false;
};

inline std::string every_byte(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>((i * 7 + i / 256) % 256);
  return bytes;
}

}  // namespace sim800::test
