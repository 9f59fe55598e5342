// TcpStream: what the peer's system has acknowledged.
// SPDX-License-Identifier: MIT
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

#include "backends/sockets/asio_socket_tcp.hpp"

namespace sim800 {
namespace {

constexpr std::chrono::milliseconds first_look{1}, longest_look{50};

}  // namespace

void TcpStream::look_at_acknowledged() {
  if (sent_ == acknowledged_ || state_ != State::open) return;
  const LinkModel& model = shared_->link.model();
  const TimePoint now = shared_->link.clock().now();
  // Nothing comes back out of a black hole, no acknowledgement either.
  const bool hole = relay_ && (model.blackhole || (gate_ && gate_->held()));
  if (!hole) {
    const std::uint64_t raw = raw_acknowledged();
    const Duration way_back = relay_ ? model.latency / 2 : Duration::zero();
    while (!marks_.empty() && marks_.front().raw <= raw) {
      arrivals_.push_back({now + way_back, marks_.front().plain});
      marks_.pop_front();
    }
    // Plain bytes are counted one by one.
    if (!tls_ && !marks_.empty() && raw > acknowledged_ && (arrivals_.empty() || raw > arrivals_.back().plain)) {
      arrivals_.push_back({now + way_back, raw});
    }
    const std::uint64_t before = acknowledged_;
    while (!arrivals_.empty() && arrivals_.front().due <= now) {
      acknowledged_ = std::max(acknowledged_, arrivals_.front().plain);
      arrivals_.pop_front();
    }
    if (acknowledged_ > before) events_->changed();
  }
  if (acknowledged_ < sent_) look_again();
}

std::uint64_t TcpStream::raw_acknowledged() {
  if (relay_) return relay_->acknowledged();
  int waiting = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &waiting) != 0) return 0;
  // FIN takes a number of its own.
  const auto left = static_cast<std::uint64_t>(end_written_ && waiting > 0 ? waiting - 1 : waiting);
  return raw_sent_ - std::min(raw_sent_, left);
}

// Something has been sent.
void TcpStream::look_soon() {
  looking_ = false;
  look_interval_ = first_look;
}

// There is no event for it.  In the system's time, as it is the system that is waited for.
void TcpStream::look_again() {
  if (std::exchange(looking_, true)) return;
  look_.expires_after(look_interval_);
  look_interval_ = std::min(look_interval_ * 2, longest_look);
  look_.async_wait([waiting = weak_from_this()](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || error) return;
    self->looking_ = false;
    self->pump();
  });
}

}  // namespace sim800
