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
  const double rate = path_.rate();
  if (rate <= 0) return largest_portion;
  const double bytes = std::min(rate * portion_seconds, static_cast<double>(largest_portion));
  return std::max(static_cast<std::size_t>(bytes), smallest_portion);
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
  std::array<char, largest_portion> buffer;
  std::error_code error;
  const auto room = std::min({portion(), window - buffered_, buffer.size()});
  const std::size_t count = parts_.from.read_some(asio::buffer(buffer.data(), room), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) {
    idle_ = true;
    wait(parts_.from, Socket::wait_read, waiting_to_read_);
    return false;
  }
  if (error) {
    source_over_ = true;
    queue({}, error == asio::error::eof ? End::close : End::reset);
    if (error != asio::error::eof) parts_.sender_reset();
    return true;
  }
  // A sender with bytes ready uses the line without a gap, however late the timer was.
  queue(std::string(buffer.data(), count), End::none, !std::exchange(idle_, false));
  return true;
}

void RelayLane::queue(std::string bytes, End end, bool without_gap) {
  const TimePoint due = path_.send(bytes.size(), without_gap);
  if (parts_.sent_off) parts_.sent_off(due);
  buffered_ += bytes.size();
  chunks_.push_back({std::move(bytes), due, end});
}

// True: something was sent.
bool RelayLane::give() {
  if (chunks_.empty() || waiting_to_write_ || blocked() || !parts_.to.is_open()) return false;
  const Chunk& first = chunks_.front();
  if (first.due > parts_.link.clock.now()) {
    write_timer_ = parts_.link.clock.at(first.due, [this] { pump(); });
    return false;
  }
  if (first.end != End::none) {
    pass(first.end);
    return false;
  }
  std::error_code error;
  const auto rest = asio::buffer(first.bytes) + written_;
  const std::size_t count = parts_.to.write_some(rest, error);
  if (error == asio::error::would_block || error == asio::error::interrupted) {
    wait(parts_.to, Socket::wait_write, waiting_to_write_);
    return false;
  }
  if (error) {
    parts_.receiver_gone();
    return false;
  }
  written_ += count;
  passed_ += count;
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
    queue(std::string(buffer.data(), count), End::none);
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
