// Sockets as the module's TCP/IP toolkit needs them, without a word about the library behind them.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/tls_version.hpp"

namespace sim800 {

enum class SocketError : std::uint8_t {
  none,
  dns,         ///< the name has no address
  no_connect,  ///< refused, unreachable, given up by the system; or the local port is taken
  tls,         ///< the server was reached, the handshake with it failed
  reset,       ///< a connection ended by RST, or given up by the system
};

/// Where datagrams come from and go to; numeric.
struct SocketAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

struct SocketTls {
  bool verify_peer = false;  ///< refuse a certificate that the system's store does not vouch for
  TlsVersion max = TlsVersion::v1_2;
  bool sni = true;
  std::string certificate;  ///< contents of the client's own, with its key: PEM or PKCS #12; empty: none
  std::string password;     ///< of the key
};

/// Probes of a connection over which nothing goes (AT+CIPTKA).
struct KeepAlive {
  std::chrono::seconds idle{7200}, interval{75};
  unsigned count = 9;
};

struct SocketRequest {
  enum class Kind : std::uint8_t { tcp, udp };
  Kind kind = Kind::tcp;
  int id = 0;  ///< as faults name it
  std::string host;
  std::uint16_t port = 0;
  std::uint16_t local_port = 0;  ///< 0: any
  std::optional<SocketTls> tls;
  std::optional<KeepAlive> keep_alive;
};

/// What happens to a socket: told from the loop, never from inside a call to it.  Destroying the socket from within any
/// of them is allowed.
struct SocketEvents {
  /// Once, with `none` where it is connected (UDP: once the name is resolved); otherwise it is of no use any more.
  std::function<void(SocketError)> connected;
  /// readable(), room() or acknowledged() grew.
  std::function<void()> changed;
  /// Once, after `connected` only: the peer has ended it (`none`), or it broke.  What is readable stays readable, and
  /// more may come to be, from the socket's own queue; nothing can be sent any more.
  std::function<void(SocketError)> closed;
};

/// One socket.  Destroying it closes it at once: what was sent goes out, behind it FIN, or RST where something that the
/// peer sent has not been read.
class Socket {
 public:
  /// Most bytes that wait on this side, in either direction; beyond that a TCP peer waits, and a datagram is lost,
  /// which is logged.
  static constexpr std::size_t window = 2920;

  virtual ~Socket() = default;

  /// To be set by the owner at once.
  SocketEvents events;

  /// The peer's; host empty until it is known.
  virtual SocketAddress peer() const = 0;

  /// TCP: bytes that came, at least one if any are there.  UDP: the datagram that came first, and it alone; empty ones
  /// are passed over.
  virtual std::string_view readable() const = 0;
  /// UDP: bytes of all datagrams that wait.
  virtual std::size_t waiting() const = 0;
  /// UDP: who sent that datagram.  TCP: the peer.
  virtual SocketAddress source() const = 0;
  /// UDP: the rest of the datagram is still the next one.
  virtual void consume(std::size_t count) = 0;

  /// Bytes that send() takes now.
  virtual std::size_t room() const = 0;
  /// TCP: as many bytes as there is room for.  UDP: one datagram.
  virtual void send(std::string_view bytes) = 0;
  /// TCP: bytes given to send() so far that the peer's system has acknowledged.  UDP: that have left.
  virtual std::uint64_t acknowledged() const = 0;
  /// No more will be sent: FIN goes out behind what was.  `closed` comes when the peer has done the same.
  virtual void finish() = 0;

  // UDP only.
  /// Datagrams of others than the peer are taken, too (AT+CIPUDPMODE=1).
  virtual void take_all(bool on) = 0;
  /// Datagrams go there from now on (AT+CIPUDPMODE=2).
  virtual void redirect(const SocketAddress& there) = 0;
};

/// A port on which clients are let in until it is destroyed; sockets it has given away stay.
class SocketServer {
 public:
  virtual ~SocketServer() = default;
};

/// A name being looked up; destroying it forgets the answer.
class NameQuery {
 public:
  virtual ~NameQuery() = default;
};

class Sockets {
 public:
  virtual ~Sockets() = default;
  /// Starts to connect, without a time limit of its own.
  virtual std::unique_ptr<Socket> connect(SocketRequest request) = 0;
  /// `on_client` gets sockets that are connected.  Null where the port cannot be had.
  virtual std::unique_ptr<SocketServer> listen(std::uint16_t port,
                                               std::function<void(std::unique_ptr<Socket>)> on_client) = 0;
  /// `done` is called once, later, from the loop: numeric addresses, none where the name has none.
  virtual std::unique_ptr<NameQuery> resolve(const std::string& host,
                                             std::function<void(std::vector<std::string>)> done) = 0;
};

}  // namespace sim800
