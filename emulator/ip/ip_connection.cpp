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
    if (!connection.stalled_) connection.peer_closed();
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
  while ((!outcome_ || stalled_) && !late) co_await event_;
  if (late) outcome_.reset();
  if (outcome_ != SocketError::none) socket_.reset();
  co_return outcome_;
}

void IpConnection::established() {
  ++run_;
  sent_ = acknowledged_ = 0;
  announced = false;
  if (const SocketAddress peer = socket_->peer(); !peer.host.empty()) remote.host = peer.host;
  state_ = State::connected;
  if (ended_) peer_closed();
}

void IpConnection::peer_closed() {
  if (state_ != State::connected) return;
  state_ = State::remote_closing;
  told();
}

void IpConnection::give_up() {
  ended_ = SocketError::reset;
  peer_closed();
  wake();
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
  return socket_ != nullptr && !stalled_ ? socket_->acknowledged() : acknowledged_;
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

// --- received data

std::string_view IpConnection::readable() const {
  if (!kept_.empty()) return kept_.front().bytes;
  return socket_ != nullptr && !stalled_ ? socket_->readable() : std::string_view();
}

std::size_t IpConnection::waiting() const {
  std::size_t count = socket_ != nullptr && !stalled_ ? socket_->waiting() : 0;
  for (const Record& record : kept_) count += record.bytes.size();
  return count;
}

SocketAddress IpConnection::source() const {
  if (!kept_.empty()) return kept_.front().source;
  return socket_ != nullptr ? socket_->source() : remote;
}

void IpConnection::consume(std::size_t count) {
  told();
  if (kept_.empty()) return socket_->consume(count);
  kept_.front().bytes.erase(0, count);
  if (kept_.front().bytes.empty()) kept_.pop_front();
}

void IpConnection::keep_received() {
  while (socket_ != nullptr && !socket_->readable().empty()) {
    const std::string bytes(socket_->readable());
    if (datagrams() || kept_.empty()) kept_.push_back({socket_->source(), {}});
    kept_.back().bytes += bytes;
    socket_->consume(bytes.size());
  }
}

void IpConnection::stall(bool on) {
  if (on == stalled_) return;
  if (on) {
    acknowledged_ = acknowledged();
    if (waiting() <= 2 * Socket::window) keep_received();  // or the rest is read once the service is back
  }
  stalled_ = on;
  if (!on && ended_) peer_closed();
  wake();
}

void IpConnection::close_unread() {
  if (!stalled_) keep_received();
  acknowledged_ = acknowledged();
  state_ = State::closed;
  leaving.cancel();
  socket_.reset();
  wake();
}

std::size_t IpConnection::drop(State left_in) {
  const std::size_t unread = waiting();
  acknowledged_ = acknowledged();
  state_ = left_in;
  leaving.cancel();
  announced = false;
  kept_.clear();
  socket_.reset();
  wake();
  return unread;
}

}  // namespace sim800
