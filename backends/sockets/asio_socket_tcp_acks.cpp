// TcpStream: what the peer's system has acknowledged.
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "backends/link/tcp_options.hpp"
#include "backends/sockets/asio_socket_tcp.hpp"

namespace sim800 {
namespace {

constexpr std::chrono::milliseconds longest_look{50};

}  // namespace

void TcpStream::look_at_acknowledged() {
  if (sent_ == acknowledged_) return;
  const std::uint64_t plain = plain_acknowledged();
  if (plain <= acknowledged_) return;
  acknowledged_ = plain;
  events_->changed();
}

std::uint64_t TcpStream::raw_acknowledged() {
  if (relay_) return relay_->acknowledged();
  return raw_sent_ - unacknowledged(socket_, raw_sent_, sending_ == Sending::ended);
}

std::uint64_t TcpStream::plain_acknowledged() {
  const std::uint64_t raw = raw_acknowledged();
  if (!tls_) return std::min(raw, sent_);
  std::uint64_t plain = 0;
  for (; !marks_.empty() && marks_.front().raw <= raw; marks_.pop_front()) plain = marks_.front().plain;
  return plain;
}

// There is no event for it on a direct connection.  In the system's time, as it is the system that is waited for.
void TcpStream::look_again_after(std::chrono::milliseconds interval) {
  look_.expires_after(interval);
  look_.async_wait([waiting = weak_from_this(), interval](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || error || self->state_ == State::over) return;
    self->step();
    if (self->state_ == State::over || self->acknowledged_ == self->sent_) return;
    self->look_again_after(std::min(interval * 2, longest_look));
  });
}

}  // namespace sim800
