// SPDX-License-Identifier: MIT
#include "emulator/ip/ip_connection.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {
namespace {

/// Marks a transmission in progress, even if its command is cancelled.
class Transmission {
 public:
  explicit Transmission(bool& flag) : flag_(flag) { flag_ = true; }
  Transmission(const Transmission&) = delete;
  Transmission& operator=(const Transmission&) = delete;
  ~Transmission() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

void IpConnection::watch() {
  // An event may destroy the socket, and the closure with it: use only the connection afterwards.
  socket_->events.connected = [this](SocketError outcome) {
    outcome_ = outcome;
    wake();
  };
  socket_->events.changed = [this] {
    IpConnection& connection = *this;
    connection.wake();
    if (connection.socket_ != nullptr && connection.on_change) connection.on_change();
  };
  socket_->events.closed = [this](SocketError how) {
    IpConnection& connection = *this;
    connection.ended_ = how;
    if (connection.state_ == State::connected) connection.state_ = State::remote_closing;
    connection.wake();
    if (connection.socket_ != nullptr && connection.on_change) connection.on_change();
  };
}

Task<std::optional<SocketError>> IpConnection::open(Sockets& sockets, SocketRequest request, Duration limit) {
  bool late = false;
  const Timer timer = clock_.after(limit, [this, &late] {
    late = true;
    wake();
  });
  outcome_.reset();
  ended_.reset();
  socket_ = sockets.connect(std::move(request));
  watch();
  while (!outcome_ && !late) co_await event_;
  if (outcome_ != SocketError::none) socket_.reset();
  co_return outcome_;
}

void IpConnection::established() {
  ++run_;
  sent_ = acknowledged_ = 0;
  announced = false;
  leave = Leave::no;
  if (const SocketAddress peer = socket_->peer(); !peer.host.empty()) remote.host = peer.host;
  state_ = ended_ ? State::remote_closing : State::connected;
}

void IpConnection::adopt(std::unique_ptr<Socket> socket) {
  socket_ = std::move(socket);
  ended_.reset();
  watch();
  remote = socket_->peer();
  kind = SocketRequest::Kind::tcp;
  established();
}

Task<bool> IpConnection::transmit(std::string_view bytes, bool confirmed, Duration limit) {
  bool late = false;
  const Timer timer = clock_.after(limit, [this, &late] {
    late = true;
    wake();
  });
  const unsigned run = run_;
  const auto same = [&] { return run == run_ && socket_ != nullptr && !late; };
  const Transmission mark(transmitting_);
  while (!bytes.empty() && same() && state_ == State::connected) {
    const std::size_t part = datagrams() ? bytes.size() : std::min(room(), bytes.size());
    if (part == 0 || part > room()) {
      co_await event_;
      continue;
    }
    send(bytes.substr(0, part));
    bytes.remove_prefix(part);
  }
  const std::uint64_t goal = sent_;
  while (bytes.empty() && confirmed && !datagrams() && same() && up() && acknowledged() < goal) co_await event_;
  co_return bytes.empty() && (!confirmed || datagrams() || (run == run_ && acknowledged() >= goal));
}

void IpConnection::send(std::string_view bytes) {
  sent_ += bytes.size();
  socket_->send(bytes);
}

std::uint64_t IpConnection::acknowledged() const {
  if (datagrams()) return 0;  // UDP is not acknowledged
  return socket_ != nullptr ? socket_->acknowledged() : acknowledged_;
}

Task<> IpConnection::close(Duration limit) {
  state_ = State::closing;
  wake();  // any transmission gives up
  bool late = false;
  const Timer timer = clock_.after(limit, [this, &late] {
    late = true;
    wake();
  });
  const unsigned run = run_;
  if (!datagrams()) socket_->finish();
  while (!late && run == run_ && state_ == State::closing && !ended_ && !datagrams()) co_await event_;
}

void IpConnection::leave_unread() {
  state_ = State::closed;
  leaving.cancel();
  leave = Leave::no;
  wake();
}

std::size_t IpConnection::drop(State left_in) {
  const std::size_t unread = socket_ != nullptr ? socket_->waiting() : 0;
  acknowledged_ = acknowledged();
  state_ = left_in;
  leaving.cancel();
  leave = Leave::no;
  announced = false;
  socket_.reset();
  wake();
  return unread;
}

}  // namespace sim800
