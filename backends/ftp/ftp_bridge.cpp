// FtpBridge: one mutex, one eventfd.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_bridge.hpp"

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

FtpBridge::FtpBridge(std::function<void()> notify) : notify_(std::move(notify)), wake_(make_event()) {}

void FtpBridge::wake() const { eventfd_write(wake_.get(), 1); }

void FtpBridge::clear() {
  eventfd_t ignored = 0;
  eventfd_read(wake_.get(), &ignored);
}

template <class Change>
void FtpBridge::announce(Change change) {
  {
    const std::scoped_lock lock(mutex_);
    change();
    if (std::exchange(notified_, true)) return;
  }
  notify_();
}

FtpBridge::Update FtpBridge::take() {
  const std::scoped_lock lock(mutex_);
  notified_ = false;
  return std::exchange(update_, {});
}

void FtpBridge::reply(const FtpLoopReply& reply) {
  {
    const std::scoped_lock lock(mutex_);
    reply_ = reply;
  }
  replied_.notify_one();
}

void FtpBridge::consumed(std::size_t count) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_ -= count;
    if (!starved_ || waiting_ > window / 2) return;
    starved_ = false;
  }
  wake();
}

std::size_t FtpBridge::room() const {
  const std::scoped_lock lock(mutex_);
  known_room_ = ready_ && !finished_ ? window - outgoing_.size() : 0;
  return known_room_;
}

void FtpBridge::write(std::string_view bytes) {
  {
    const std::scoped_lock lock(mutex_);
    outgoing_ += bytes;
    known_room_ -= std::min(known_room_, bytes.size());
    if (wanted_ == 0 || outgoing_.size() < wanted_) return;
    wanted_ = 0;
  }
  wake();
}

void FtpBridge::finish() {
  {
    const std::scoped_lock lock(mutex_);
    finished_ = true;
  }
  wake();
}

std::uint64_t FtpBridge::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

void FtpBridge::cancel() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  replied_.notify_one();
  wake();
}

bool FtpBridge::cancelled() const {
  const std::scoped_lock lock(mutex_);
  return cancelled_;
}

bool FtpBridge::awaits_connection() const {
  const std::scoped_lock lock(mutex_);
  return awaits_connection_;
}

std::optional<FtpLoopReply> FtpBridge::ask(const FtpLoopRequest& request) {
  announce([this, request] { update_.request = request; });
  std::unique_lock lock(mutex_);
  replied_.wait(lock, [this] { return cancelled_ || reply_.has_value(); });
  return cancelled_ ? std::nullopt : std::exchange(reply_, std::nullopt);
}

void FtpBridge::heard(bool awaits_connection) {
  announce([this, awaits_connection] {
    awaits_connection_ = awaits_connection;
    update_.heard = true;
  });
}

bool FtpBridge::has_space(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  starved_ = waiting_ + count > window;
  return !starved_;
}

void FtpBridge::put(std::string_view bytes) {
  announce([this, bytes] {
    update_.bytes += bytes;
    waiting_ += bytes.size();
    update_.heard = update_.changed = true;
  });
}

void FtpBridge::ready() {
  announce([this] { ready_ = update_.changed = true; });
}

bool FtpBridge::has_bytes(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  const bool enough = finished_ || outgoing_.size() >= count;
  wanted_ = enough ? 0 : count;
  return enough;
}

std::size_t FtpBridge::get(std::span<char> buffer) {
  std::size_t count = 0;
  bool awaited = false;
  {
    const std::scoped_lock lock(mutex_);
    awaited = !finished_ && known_room_ < worth_waking;
    count = outgoing_.copy(buffer.data(), buffer.size());
    outgoing_.erase(0, count);
  }
  if (awaited) announce([this] { update_.changed = true; });
  return count;
}

void FtpBridge::add_sent(std::size_t count) {
  {
    const std::scoped_lock lock(mutex_);
    sent_ += count;
    if (sent_ - reported_ < worth_waking && !outgoing_.empty()) return;
    reported_ = sent_;
  }
  announce([this] { update_.heard = true; });
}

void FtpBridge::end(FtpOutcome outcome) {
  announce([this, outcome] { update_.outcome = outcome; });
}

}  // namespace sim800
