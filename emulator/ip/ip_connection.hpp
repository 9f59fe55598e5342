// One connection of the TCP/IP toolkit: its state, its socket, and waiting for both (AT manual 8.2.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/ports/socket.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/task.hpp"

namespace sim800 {

class Channel;

class IpConnection {
 public:
  enum class State : std::uint8_t { initial, connecting, connected, remote_closing, closing, closed };

  explicit IpConnection(Clock& clock) : clock_(clock) {}
  IpConnection(const IpConnection&) = delete;
  IpConnection& operator=(const IpConnection&) = delete;

  State state() const { return state_; }
  /// There is a connection, or unread data of one.
  bool has_socket() const { return (socket_ != nullptr || !kept_.empty()) && state_ != State::connecting; }
  /// Data can be transferred: it is connected, or was until just now.
  bool up() const { return state_ == State::connected || state_ == State::remote_closing; }
  bool used() const { return state_ != State::initial && state_ != State::closed; }
  bool datagrams() const { return kind == SocketRequest::Kind::udp; }

  /// State for AT+CIPSTATUS, and who is notified.
  SocketRequest::Kind kind = SocketRequest::Kind::tcp;
  SocketAddress remote;
  unsigned context = 0;
  bool accepted = false;  ///< accepted by the server
  Channel* channel = nullptr;
  bool manual = false;     ///< AT+CIPRXGET=1 was set when it was opened
  bool announced = false;  ///< the host was told that bytes are waiting

  void prepare() { state_ = State::connecting; }
  /// Connects; nothing if `limit` expires first.
  Task<std::optional<SocketError>> open(Sockets& sockets, SocketRequest request, Duration limit);
  /// It can be used from now on.
  void established();
  /// A client of the server.
  void adopt(std::unique_ptr<Socket> socket);
  /// Sends; with `confirmed`, a TCP connection waits for the peer's acknowledgement. False: it is not connected any
  /// more, or `limit` has expired. One at a time.
  Task<bool> transmit(std::string_view bytes, bool confirmed, Duration limit);
  bool transmitting() const { return transmitting_; }
  /// Closes it, waiting for the peer.
  Task<> close(Duration limit);
  /// Closes at once; returns how many received bytes are lost.
  std::size_t drop(State left_in);
  /// Closes at once; what has been received can still be read.
  void close_unread();
  /// The packet service is lost, or is back: in the meantime nothing moves, but what has been received can be read.
  void stall(bool on);
  /// The peer does not answer any more: as if it had closed.
  void give_up();

  Socket& socket() { return *socket_; }

  // Received data, as Socket has it.
  std::string_view readable() const;
  std::size_t waiting() const;
  SocketAddress source() const;
  /// They go to the host now.
  void consume(std::size_t count);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const;
  std::size_t room() const {
    return socket_ != nullptr && state_ == State::connected && !stalled_ ? socket_->room() : 0;
  }
  /// Sends without waiting for an answer.
  void send(std::string_view bytes);
  void wake() { event_.raise(); }
  /// Bytes have gone to the host, or a word of them.
  void told() { last_word_ = clock_.now(); }
  /// The peer has closed: when it did so, or when the host last heard of the connection, whichever was later.
  TimePoint quiet_since() const { return last_word_; }

  /// Bytes or room, or the peer's end.
  std::function<void()> on_change;
  Timer leaving;  ///< after the peer's end: until the host is told

 private:
  struct Record {
    SocketAddress source;
    std::string bytes;  ///< UDP: a datagram, or its rest
  };
  void watch();
  void keep_received();
  void peer_closed();

  Clock& clock_;
  State state_ = State::initial;
  std::unique_ptr<Socket> socket_;
  std::optional<SocketError> outcome_, ended_;
  std::list<Record> kept_;  ///< received before the service was lost, or before the connection was closed; not empty
  bool stalled_ = false;
  TimePoint last_word_{};
  std::uint64_t sent_ = 0, acknowledged_ = 0;
  unsigned run_ = 0;  ///< connections so far
  bool transmitting_ = false;
  Signal event_;
};

}  // namespace sim800
