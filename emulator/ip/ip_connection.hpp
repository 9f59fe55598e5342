// One connection of the TCP/IP toolkit: its state, its socket, and waiting for both (AT manual 8.2.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
  /// There is, or was, a connection with data to read.
  bool has_socket() const { return socket_ != nullptr && state_ != State::connecting; }
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
  bool stalled = false;    ///< the packet service is lost: nothing moves

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

  Socket& socket() { return *socket_; }
  std::size_t waiting() const { return socket_ != nullptr && !stalled ? socket_->waiting() : 0; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const;
  std::size_t room() const {
    return socket_ != nullptr && state_ == State::connected && !stalled ? socket_->room() : 0;
  }
  /// The peer has closed, and what it sent can still be read.
  void leave_unread();
  /// Sends without waiting for an answer.
  void send(std::string_view bytes);
  /// The peer reset it instead of closing it.
  bool broken() const { return ended_ && *ended_ != SocketError::none; }
  void wake() { event_.raise(); }

  /// Bytes or room, or the peer's end.
  std::function<void()> on_change;
  /// After the peer's end: the time until the host is told is running, or is over.
  enum class Leave : std::uint8_t { no, soon, now };
  Leave leave = Leave::no;
  Timer leaving;

 private:
  void watch();

  Clock& clock_;
  State state_ = State::initial;
  std::unique_ptr<Socket> socket_;
  std::optional<SocketError> outcome_, ended_;
  std::uint64_t sent_ = 0, acknowledged_ = 0;
  unsigned run_ = 0;  ///< connections so far
  bool transmitting_ = false;
  Signal event_;
};

}  // namespace sim800
