// FtpPipe: one mutex, one eventfd.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_pipe.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sim800 {
namespace {

UniqueFd make_event() {
  UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (event.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

}  // namespace

FtpPipe::FtpPipe(std::function<void()> ring) : ring_(std::move(ring)), wake_(make_event()) {}

void FtpPipe::wake() const { eventfd_write(wake_.get(), 1); }

void FtpPipe::clear() {
  eventfd_t ignored = 0;
  eventfd_read(wake_.get(), &ignored);
}

template <class Change>
void FtpPipe::announce(Change change) {
  {
    const std::scoped_lock lock(mutex_);
    change();
    if (std::exchange(rung_, true)) return;
  }
  ring_();
}

FtpPipe::News FtpPipe::take() {
  const std::scoped_lock lock(mutex_);
  rung_ = false;
  return std::exchange(events_, {});
}

void FtpPipe::consumed(std::size_t count) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_ -= count;
    if (!starved_ || waiting_ > window / 2) return;
    starved_ = false;
  }
  wake();
}

std::size_t FtpPipe::room() const {
  const std::scoped_lock lock(mutex_);
  return ready_ && !finished_ ? window - outgoing_.size() : 0;
}

void FtpPipe::write(std::string_view bytes) {
  {
    const std::scoped_lock lock(mutex_);
    outgoing_ += bytes;
    if (wanted_ == 0 || outgoing_.size() < wanted_) return;
    wanted_ = 0;
  }
  wake();
}

void FtpPipe::finish() {
  {
    const std::scoped_lock lock(mutex_);
    finished_ = true;
  }
  wake();
}

std::uint64_t FtpPipe::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

void FtpPipe::cancel() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  wake();
}

bool FtpPipe::cancelled() const {
  const std::scoped_lock lock(mutex_);
  return cancelled_;
}

bool FtpPipe::awaits_connection() const {
  const std::scoped_lock lock(mutex_);
  return awaits_connection_;
}

void FtpPipe::heard(bool awaits_connection) {
  announce([this, awaits_connection] {
    awaits_connection_ = awaits_connection;
    events_.heard = true;
  });
}

bool FtpPipe::has_space(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  starved_ = waiting_ + count > window;
  return !starved_;
}

void FtpPipe::put(std::string_view bytes) {
  announce([this, bytes] {
    events_.bytes += bytes;
    waiting_ += bytes.size();
    events_.heard = events_.changed = true;
  });
}

void FtpPipe::ready() {
  announce([this] { ready_ = events_.changed = true; });
}

bool FtpPipe::has_bytes(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  const bool enough = finished_ || outgoing_.size() >= count;
  wanted_ = enough ? 0 : count;
  return enough;
}

std::size_t FtpPipe::get(std::span<char> buffer) {
  std::size_t count = 0;
  bool was_full = false;
  {
    const std::scoped_lock lock(mutex_);
    was_full = window - outgoing_.size() < worth_waking;
    count = outgoing_.copy(buffer.data(), buffer.size());
    outgoing_.erase(0, count);
  }
  if (was_full) announce([this] { events_.changed = true; });
  return count;
}

void FtpPipe::add_sent(std::size_t count) {
  {
    const std::scoped_lock lock(mutex_);
    sent_ += count;
    if (sent_ - told_ < worth_waking && !outgoing_.empty()) return;
    told_ = sent_;
  }
  announce([this] { events_.heard = true; });
}

void FtpPipe::end(FtpOutcome outcome) {
  announce([this, outcome] { events_.outcome = outcome; });
}

}  // namespace sim800
