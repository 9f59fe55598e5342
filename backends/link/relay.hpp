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

/// Connects to the server first, so that what cannot be reached cannot be reached, and only then listens on loopback
/// for the one connection that is to be carried there.  FIN, RST and back-pressure pass like the bytes do.
/// Everything in the loop's thread, except for open_socket().
class Relay {
 public:
  /// The server has accepted: connect to 127.0.0.1:`port`.  Or an error, and 0.  Called once, later, from the loop.
  using Ready = std::function<void(std::error_code, std::uint16_t port)>;
  using Cut = Verdict::Cut;
  struct Core;

  Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, const asio::ip::tcp::endpoint& there,
        std::uint16_t local_port, Ready ready);
  ~Relay();  ///< nobody listens any more; what the client has written still goes out, for a minute at most
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// A socket that is yet to be connected; it is let in, and nobody else.  -1 on failure, errno says why.
  int open_socket();
  /// The address that the server sees the connection come from.
  std::string own_address() const;
  /// Bytes from the client that the server's system has acknowledged.
  std::uint64_t acknowledged() const;
  /// Holds everything up, both ways, until it is called with false.
  void stall(bool on);
  /// Ends the connection at both ends, behind what has been written so far.  Before it is ready, it never will be.
  void cut(Cut how);

  const std::shared_ptr<Core>& core() const { return core_; }

 private:
  std::shared_ptr<Core> core_;
};

// For the link, which ends the relays and tells them that its model has changed.
void model_changed(Relay::Core& core);
void close_relay(Relay::Core& core);
bool is_closed(const Relay::Core& core);
/// As Relay's own, for those to whom the relay does not belong.
void stall_relay(Relay::Core& core, bool on);
void cut_relay(Relay::Core& core, Relay::Cut how);

}  // namespace sim800
