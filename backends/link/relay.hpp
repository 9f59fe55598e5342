// A connection to the outside that passes through the process, so that a link model and faults can act on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "backends/link/relay_lane.hpp"

namespace sim800 {

/// Connects to the server first, so that an unreachable server is unreachable for the client too, and only then listens
/// on loopback for one connection, or calls a client that listens itself. FIN, RST and back-pressure are passed on like
/// bytes. Everything runs in the loop's thread, except open_socket().
class Relay {
 public:
  /// The server has accepted: connect to 127.0.0.1:`port`. Or an error, and 0. Called once, later, from the loop.
  using Ready = std::function<void(std::error_code, std::uint16_t port)>;
  using Cut = Verdict::Cut;
  struct Core;

  /// `from`: its own address and port, where they are not any.
  Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, const asio::ip::tcp::endpoint& there,
        const asio::ip::tcp::endpoint& from, Ready ready);
  /// A connection that came from outside: to its client, it is as if the module had accepted it one way later.
  Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, asio::ip::tcp::socket accepted, Ready ready);
  /// One for a client that listens on 127.0.0.1:`port`; `caller` connects there. `settled` is called once, later: it
  /// has connected, or never will.
  Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, asio::ip::tcp::socket accepted,
        asio::ip::tcp::socket caller, std::uint16_t port, std::function<void()> settled);
  ~Relay();  ///< nobody listens any more; what the client has written still goes out, for a minute at most
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// A socket to be connected; only this one is accepted. -1 on failure, with errno set.
  int open_socket();
  /// The address from which the server sees the connection.
  std::string own_address() const;
  /// What the client writes passes `edit` before it sets out, in the blocks in which it comes.
  void edit(std::function<void(std::string&)> edit);
  /// `heard` is called when the server has written something, before that sets out.
  void before_answers(std::function<void()> heard);
  /// While held, what the server writes stays in the relay.
  void hold_answers(bool on);
  /// Bytes from the client that the server's system has acknowledged: what has reached it.
  std::uint64_t delivered() const;
  /// Bytes from the client that have entered the relay and not reached the server.
  std::uint64_t in_flight() const;
  /// From now on acknowledgements are followed on their way back to the client; `arrived` is called when one has come.
  void follow(std::function<void()> arrived);
  /// Bytes whose acknowledgement has come back.  What the server says after it has acknowledged something never comes
  /// earlier than that.
  std::uint64_t acknowledged() const;
  /// Holds everything up in both directions until called with false.
  void stall(bool on);
  /// Ends the connection at both ends, after what has been written so far. If it is not ready yet, it never will be.
  void cut(Cut how);

  const std::shared_ptr<Core>& core() const { return core_; }

 private:
  std::shared_ptr<Core> core_;
};

// For the link, which ends relays and tells them about a changed model.
void model_changed(Relay::Core& core);
void close_relay(Relay::Core& core);
bool is_closed(const Relay::Core& core);
bool is_abandoned(const Relay::Core& core);
/// As Relay's own, for those to whom the relay does not belong.
void stall_relay(Relay::Core& core, bool on);
void cut_relay(Relay::Core& core, Relay::Cut how);

}  // namespace sim800
