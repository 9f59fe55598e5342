// What all sockets have in common, and how they tell their owners.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backends/link/interference.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/socket.hpp"
#include "backends/tls/tls_context.hpp"

namespace sim800 {

class TcpStream;

struct SocketShared {
  asio::io_context& loop;
  RadioLink& link;
  Interference* interference;
  TrustStore trust{};
  std::uint64_t seed = 1;                               ///< of the next socket's jitter
  std::vector<std::shared_ptr<TcpStream>> lingering{};  ///< their sockets are gone, what was sent is still to go out

  /// Null: no fault has anything to do with the socket.
  std::unique_ptr<TransferWatch> watch(const SocketRequest& request) const;
};

/// Tells the owner of a socket what has happened, from the loop, each thing as often as it is to be told.
class SocketEventQueue : public std::enable_shared_from_this<SocketEventQueue> {
 public:
  SocketEventQueue(asio::io_context& loop, Socket& owner) : loop_(loop), owner_(&owner) {}

  void connected(SocketError result);
  void changed();
  void closed(SocketError why);
  /// From here on to tell_now() nothing is told: the caller is in the loop, not in a call of the owner's.
  void gather() { telling_ = true; }
  void tell_now() { tell(); }
  /// The owner is gone, and hears nothing any more.
  void forget() { owner_ = nullptr; }

 private:
  void tell_later();
  void tell();

  asio::io_context& loop_;
  Socket* owner_;
  std::optional<SocketError> connected_, closed_;  // still to be told
  bool changed_ = false;
  bool telling_ = false;
  bool was_connected_ = false, was_closed_ = false;
};

/// The loopback address of this module: 127.0.0.1, or of several modules in a run each its own.
asio::ip::address loopback_for(const std::string& own, const RadioLink& link);

/// How an address in a request is shown to firmware: as it has named it, where that was a numeric one.
SocketAddress shown_address(const std::string& asked, std::uint16_t port, const Route& route);

}  // namespace sim800
