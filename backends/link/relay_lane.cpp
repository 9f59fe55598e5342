// RelayLane: each chunk is stamped with its time of arrival when read.
// SPDX-License-Identifier: MIT
#include "backends/link/relay_lane.hpp"

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <utility>

namespace sim800 {
namespace {

constexpr std::size_t largest_portion = 16 * 1024;
// Small enough to look like a steady stream, large enough not to need a timer for every few bytes.
constexpr double portion_seconds = 0.02;
constexpr std::size_t smallest_portion = 64;
// Lets the rest of the program run between two fast ends.
constexpr int max_steps = 32;
// A sender of single bytes waits earlier: each has some overhead here.
constexpr std::size_t most_chunks = 4096;

}  // namespace

RelayLane::RelayLane(Parts parts) : parts_(std::move(parts)), path_(parts_.link, parts_.direction, parts_.seed) {}

std::size_t RelayLane::portion() const {
  if (parts_.link.model.clear()) return window;  // it goes on at once
  const double rate = path_.rate();
  if (rate <= 0) return largest_portion;
  const double bytes = std::min(rate * portion_seconds, static_cast<double>(largest_portion));
  return std::max(static_cast<std::size_t>(bytes), smallest_portion);
}

void RelayLane::hold(bool on) {
  held_ = on;
  if (!on) pump();
}

void RelayLane::pump() {
  const auto alive = owner_.lock();
  if (!alive) return;
  for (int step = 0; step < max_steps; ++step) {
    if (!give() && !take()) return;
  }
  asio::post(parts_.to.get_executor(), [this, owner = owner_] {
    if (const auto still_there = owner.lock()) pump();
  });
}

// True: something has arrived.
bool RelayLane::take() {
  if (source_over_ || waiting_to_read_ || blocked() || !parts_.from.is_open()) return false;
  if (buffered_ >= window || chunks_.size() >= most_chunks) {
    idle_ = true;
    return false;
  }
  if (path_.rate() > 0 && path_.line_free() > parts_.link.clock.now()) {
    read_timer_ = parts_.link.clock.at(path_.line_free(), [this] { pump(); });
    return false;
  }
  std::array<char, window> buffer;
  std::error_code error;
  const auto room = std::min(portion(), window - buffered_);
  const std::size_t count = parts_.from.read_some(asio::buffer(buffer.data(), room), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) {
    await_input();
    return false;
  }
  if (heard_) heard_();
  if (error) {
    source_over_ = true;
    queue({}, error == asio::error::eof ? End::close : End::reset);
    if (error != asio::error::eof) parts_.sender_reset();
    return true;
  }
  // A sender with bytes ready uses the line without a gap, however late the timer was.
  std::string changed;
  queue(edited({buffer.data(), count}, changed), End::none, !std::exchange(idle_, false));
  if (count < room && !source_over_ && path_.rate() <= 0) await_input();  // that was all
  return true;
}

void RelayLane::await_input() {
  idle_ = true;
  wait(parts_.from, Socket::wait_read, waiting_to_read_);
}

std::string_view RelayLane::edited(std::string_view bytes, std::string& changed) const {
  if (!edit_) return bytes;
  changed = bytes;
  edit_(changed);
  return changed;
}

void RelayLane::queue(std::string_view bytes, End end, bool without_gap) {
  const TimePoint due = path_.send(bytes.size(), without_gap);
  if (parts_.sent_off) parts_.sent_off(due);
  const std::size_t gone = end == End::none && goes_on_at_once(due) ? write(bytes) : 0;
  bytes.remove_prefix(gone);
  if (end != End::none || (!bytes.empty() && !ended_)) {
    buffered_ += bytes.size();
    chunks_.push_back({std::string(bytes), due, end});
  }
  if (gone > 0 && parts_.gave) parts_.gave();
}

/// Nothing is before it.
bool RelayLane::goes_on_at_once(TimePoint due) const {
  return chunks_.empty() && !ended_ && !held_ && !waiting_to_write_ && !blocked() && parts_.to.is_open() &&
         due <= parts_.link.clock.now();
}

/// Writes as much as the receiver takes now, and waits until it takes more; 0 if it is gone, too.
std::size_t RelayLane::write(std::string_view bytes) {
  std::error_code error;
  const std::size_t count = parts_.to.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block && error != asio::error::interrupted) {
    parts_.receiver_gone();
    return 0;
  }
  if (count < bytes.size()) wait(parts_.to, Socket::wait_write, waiting_to_write_);
  passed_ += count;
  return count;
}

// True: something was sent.
bool RelayLane::give() {
  if (chunks_.empty() || held_ || waiting_to_write_ || blocked() || !parts_.to.is_open()) return false;
  const Chunk& first = chunks_.front();
  if (first.due > parts_.link.clock.now()) {
    write_timer_ = parts_.link.clock.at(first.due, [this] { pump(); });
    return false;
  }
  if (first.end != End::none) {
    pass(first.end);
    return false;
  }
  const std::size_t count = write(std::string_view(first.bytes).substr(written_));
  if (count == 0) return false;
  written_ += count;
  if (written_ == first.bytes.size()) {
    buffered_ -= first.bytes.size();
    written_ = 0;
    chunks_.pop_front();
  }
  if (parts_.gave) parts_.gave();
  return true;
}

void RelayLane::pass(End end) {
  std::error_code ignored;
  if (end == End::close) {
    parts_.to.shutdown(Socket::shutdown_send, ignored);
  } else {
    parts_.to.set_option(asio::socket_base::linger(true, 0), ignored);
    parts_.to.close(ignored);
  }
  discard();
}

void RelayLane::discard() {
  source_over_ = true;
  chunks_.clear();
  buffered_ = written_ = 0;
  read_timer_.cancel();
  write_timer_.cancel();
  if (!std::exchange(ended_, true)) parts_.ended();
}

void RelayLane::finish(End how) {
  if (ended_ || (!chunks_.empty() && chunks_.back().end != End::none)) return;
  const auto alive = owner_.lock();
  gather();
  if (blocked()) return pass(how);
  queue({}, how);
  pump();
}

void RelayLane::gather() {
  if (source_over_) return;
  std::array<char, largest_portion> buffer;
  std::error_code error;
  while (parts_.from.is_open() && buffered_ < 4 * window) {
    const std::size_t count = parts_.from.read_some(asio::buffer(buffer), error);
    if (error) break;
    std::string changed;
    queue(edited({buffer.data(), count}, changed), End::none);
  }
  source_over_ = true;
}

void RelayLane::model_changed() {
  idle_ = true;
  pump();
}

void RelayLane::wait(Socket& socket, Socket::wait_type event, bool& waiting) {
  waiting = true;
  socket.async_wait(event, [this, owner = owner_, &waiting](std::error_code error) {
    const auto alive = owner.lock();
    if (!alive) return;
    waiting = false;
    if (!error) pump();
  });
}

}  // namespace sim800
