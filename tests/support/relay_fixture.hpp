// A relay between two sockets of a test, with time controlled by the test.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/write.hpp>
#include <memory>
#include <optional>
#include <string>

#include "backends/link/radio_link.hpp"
#include "backends/link/relay.hpp"
#include "emulator/core/clock.hpp"
#include "tests/support/loopback_server.hpp"

namespace sim800::test {

using tcp = asio::ip::tcp;

/// One end of a connection: collects what arrives.
struct RelayEnd {
  explicit RelayEnd(asio::io_context& loop) : socket(loop) {}

  void read() {
    socket.async_read_some(asio::buffer(buffer), [this](std::error_code problem, std::size_t count) {
      if (problem == asio::error::operation_aborted) return;
      received.append(buffer.data(), count);
      if (problem) {
        error = problem;
        return;
      }
      if (reads) read();
    });
  }
  /// `text` stays with the caller.
  void write(const std::string& text) {
    asio::async_write(socket, asio::buffer(text), [this](std::error_code problem, std::size_t count) {
      written += count;
      write_error = problem;
    });
  }
  void reset() {
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
  }
  bool closed() const { return error == asio::error::eof; }
  bool was_reset() const { return error == asio::error::connection_reset; }

  tcp::socket socket;
  std::string received;
  std::error_code error, write_error;
  std::size_t written = 0;
  bool reads = true;
  std::array<char, 65536> buffer{};
};

struct RelayFixture {
  explicit RelayFixture(const LinkModel& model = {}, std::uint64_t seed = 1)
      : link(loop, {}, clock, model, seed),
        acceptor(loop, {asio::ip::address_v4::loopback(), 0}),
        client(loop),
        server(loop) {
    acceptor.async_accept(server.socket, [this](std::error_code) {
      server_connected = true;
      server.read();
    });
  }

  void open() { open(acceptor.local_endpoint().port()); }
  void open(std::uint16_t port) {
    relay = link.relay({Route::Kind::reachable, "127.0.0.1", port}, [this](std::error_code problem, std::uint16_t via) {
      ready = via;
      failure = problem;
    });
  }
  void connect() {
    client.socket.assign(tcp::v4(), relay->open_socket());
    client.socket.connect({asio::ip::address_v4::loopback(), *ready});
    client.read();
  }
  template <class Condition>
  void until(Condition reached) {
    run_until(loop, reached);
  }
  /// Everything that can happen without time passing has happened: a round trip of our own through the kernel is done.
  void settle() {
    loop.restart();
    for (int quiet = 0; quiet < 3;) quiet = loop.poll() == 0 ? quiet + 1 : 0;
  }
  void advance(Duration span) {
    clock.advance(span);
    settle();
  }
  /// Establishes a connection, if the link has no latency.
  void establish() {
    open();
    until([this] { return ready.has_value(); });
    connect();
    until([this] { return server_connected; });
    settle();
  }

  asio::io_context loop;
  VirtualClock clock;
  RadioLink link;
  tcp::acceptor acceptor;
  RelayEnd client, server;
  std::unique_ptr<Relay> relay;
  std::optional<std::uint16_t> ready;
  std::error_code failure;
  bool server_connected = false;
};

}  // namespace sim800::test
