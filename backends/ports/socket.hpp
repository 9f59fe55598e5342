// Sockets as the module's TCP/IP toolkit needs them; independent of the library behind them.
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

#include "backends/ports/tls.hpp"

namespace sim800 {

enum class SocketError : std::uint8_t {
  none,
  dns,         ///< the name has no address
  no_connect,  ///< refused, unreachable, given up by the system; or the local port is in use
  tls,         ///< the server was reached, but the handshake failed
  reset,       ///< a connection ended by RST, or given up by the system
};

/// Source and destination of datagrams; numeric.
struct SocketAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

/// Probes of an idle connection (AT+CIPTKA).
struct KeepAlive {
  std::chrono::seconds idle{7200}, interval{75};
  unsigned count = 9;
};

struct SocketRequest {
  enum class Kind : std::uint8_t { tcp, udp };
  Kind kind = Kind::tcp;
  int id = 0;  ///< number of the connection, for faults
  std::string host;
  std::uint16_t port = 0;
  std::string local_host;         ///< the module's own address
  std::uint16_t local_port = 0;   ///< 0: any
  std::optional<TlsOptions> tls;  ///< not given: plain
  std::optional<KeepAlive> keep_alive;
};

/// Events of a socket, reported from the loop, never from inside a call to it. Each may destroy the socket.
struct SocketEvents {
  /// Once: `none` if connected (UDP: once the name is resolved); otherwise the socket is of no further use.
  std::function<void(SocketError)> connected;
  /// readable(), room() or acknowledged() has grown.
  std::function<void()> changed;
  /// Once, after `connected` only: the peer has ended it (`none`), or it broke. Readable bytes stay readable, and more
  /// may follow from the socket's own queue; nothing can be sent any more.
  std::function<void(SocketError)> closed;
};

/// One socket. Destroying it closes it at once: sent data go out, followed by FIN, or by RST if data from the peer were
/// not read.
class Socket {
 public:
  /// Most bytes that wait on this side, in either direction; above that a TCP peer waits, and a datagram is lost and
  /// logged.
  static constexpr std::size_t window = 2920;

  virtual ~Socket() = default;

  /// The owner must set it at once.
  SocketEvents events;

  /// The peer's; host is empty until known.
  virtual SocketAddress peer() const = 0;

  /// TCP: received bytes, at least one if there are any. UDP: the oldest datagram alone; empty ones are skipped.
  virtual std::string_view readable() const = 0;
  /// UDP: bytes of all waiting datagrams.
  virtual std::size_t waiting() const = 0;
  /// UDP: the sender of that datagram. TCP: the peer.
  virtual SocketAddress source() const = 0;
  /// UDP: the rest of the datagram remains the next one.
  virtual void consume(std::size_t count) = 0;

  /// Bytes that send() accepts now.
  virtual std::size_t room() const = 0;
  /// TCP: as many bytes as fit. UDP: one datagram.
  virtual void send(std::string_view bytes) = 0;
  /// TCP: bytes given to send() so far that the peer's system has acknowledged. UDP: bytes sent.
  virtual std::uint64_t acknowledged() const = 0;
  /// No more will be sent: FIN follows what was sent. `closed` comes when the peer has done the same.
  virtual void finish() = 0;

  // UDP only.
  /// Accept datagrams from others than the peer (AT+CIPUDPMODE=1).
  virtual void take_all(bool on) = 0;
  /// Send datagrams there from now on (AT+CIPUDPMODE=2).
  virtual void redirect(const SocketAddress& there) = 0;
};

/// A port that accepts clients until it is destroyed; sockets it has handed over stay.
class SocketServer {
 public:
  virtual ~SocketServer() = default;
};

/// A name lookup; destroying it discards the answer.
class NameQuery {
 public:
  virtual ~NameQuery() = default;
};

class Sockets {
 public:
  virtual ~Sockets() = default;
  /// Starts to connect, without a time limit of its own.
  virtual std::unique_ptr<Socket> connect(SocketRequest request) = 0;
  /// On the module's own address; `on_client` gets connected sockets. Null if the port is not available.
  virtual std::unique_ptr<SocketServer> listen(const SocketAddress& own,
                                               std::function<void(std::unique_ptr<Socket>)> on_client) = 0;
  /// `done` is called once, later, from the loop, with numeric addresses; none if the name has none.
  virtual std::unique_ptr<NameQuery> resolve(const std::string& host,
                                             std::function<void(std::vector<std::string>)> done) = 0;
};

}  // namespace sim800
