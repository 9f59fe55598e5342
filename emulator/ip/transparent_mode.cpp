// SPDX-License-Identifier: MIT
#include "emulator/ip/transparent_mode.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "emulator/ip/ip_settings.hpp"

namespace sim800 {
namespace {

constexpr Duration give_up = 645s;

}  // namespace

void TransparentMode::start(IpConnection& connection) {
  connection_ = &connection;
  channel_ = connection.channel;
  mode_ = Mode::waiting;
  block_.clear();
  pluses_ = 0;
  flushing_ = pausing_ = waits_for_room_ = false;
  move();
}

bool TransparentMode::resume(Channel& channel) {
  if (mode_ != Mode::escaped || channel_ != &channel) return false;
  mode_ = Mode::online;
  last_input_ = clock_.now();
  channel.go_online(*this);
  return true;
}

void TransparentMode::end() {
  if (connection_ == nullptr) return;
  if (mode_ == Mode::online) {
    take_pluses();
    if (channel_->online()) channel_->go_offline();
  }
  if (!block_.empty() && trace_ != nullptr) {
    trace_->event("lost", {{"channel", channel_->name()}, {"bytes", static_cast<std::int64_t>(block_.size())}});
  }
  block_.clear();
  connection_ = nullptr;
  mode_ = Mode::off;
  flush_.cancel();
  guard_.cancel();
  output_.cancel();
  stuck_.cancel();
}

void TransparentMode::move() {
  if (mode_ == Mode::waiting && channel_->free()) {
    mode_ = Mode::online;
    last_input_ = clock_.now();
    channel_->answer(Code::connect);
    channel_->go_online(*this);
  }
  if (mode_ == Mode::online && !channel_->online()) mode_ = Mode::escaped;  // the channel was reset
  if (mode_ == Mode::escaped) send_block();                                 // it had to wait for room
  if (mode_ != Mode::online) return;
  to_host();
  const std::size_t before = block_.size();
  if (before >= settings_.number(key::cipccfg_sendsz) || flushing_) send_block();
  if (block_.size() < before) channel_->data_wanted();
}

// --- towards the host

void TransparentMode::to_host() {
  const bool paced = settings_.number(key::cipccfg_rxmode) == 1;
  while (!pausing_ && connection_->waiting() > 0 && channel_->free()) {
    std::string_view bytes = connection_->readable();
    if (paced) bytes = bytes.substr(0, settings_.number(key::cipccfg_rxsize));
    channel_->write(bytes);
    connection_->consume(bytes.size());
    if (!paced) continue;
    pausing_ = true;
    output_ = clock_.after(std::chrono::milliseconds(settings_.number(key::cipccfg_rxtimer)), [this] {
      pausing_ = false;
      if (connection_->on_change) connection_->on_change();
    });
  }
}

// --- from the host

std::size_t TransparentMode::from_host(std::string_view bytes) {
  const TimePoint now = clock_.now();
  const Duration silence = now - last_input_;
  const std::size_t block = settings_.number(key::cipccfg_sendsz);
  std::size_t taken = 0;
  if (settings_.number(key::cipccfg_esc) == 1) {
    bool on_time = pluses_ == 0 ? silence >= guard : silence < guard;
    while (taken < bytes.size() && bytes[taken] == '+' && pluses_ < 3 && on_time) {
      ++pluses_;
      ++taken;
      on_time = true;
    }
    if (pluses_ > 0 && taken == bytes.size() && taken > 0) {
      last_input_ = now;
      await_escape();
      return taken;
    }
    if (pluses_ > 0) take_pluses();  // something else follows
  }
  while (taken < bytes.size()) {
    if (block_.size() >= block && !send_block()) {
      wait_for_room();
      break;
    }
    const std::size_t part = std::min(bytes.size() - taken, block > block_.size() ? block - block_.size() : 0);
    block_.append(bytes, taken, part);
    taken += part;
  }
  if (taken > 0) last_input_ = now;
  if (taken < bytes.size()) last_input_ = TimePoint::max();  // the rest has come already: no silence precedes it
  if (block_.size() >= block) send_block();
  wait_for_more();
  return taken;
}

/// Sends what was collected, as far as it fits; false if nothing fits.
bool TransparentMode::send_block() {
  const std::size_t room = connection_->room();
  const std::size_t part = connection_->datagrams() && room < block_.size() ? 0 : std::min(room, block_.size());
  if (part == 0) return block_.empty();
  connection_->send(std::string_view(block_).substr(0, part));
  block_.erase(0, part);
  stuck_.cancel();
  waits_for_room_ = false;
  if (block_.empty()) flushing_ = false;
  return true;
}

void TransparentMode::wait_for_room() {
  if (std::exchange(waits_for_room_, true)) return;
  stuck_ = clock_.after(give_up, [this] {
    if (connection_ != nullptr) on_stuck(*connection_);
  });
}

/// An incomplete block is sent when nothing has arrived for a while.
void TransparentMode::wait_for_more() {
  flush_.cancel();
  if (block_.empty() || flushing_) return;
  flush_ = clock_.after(std::chrono::milliseconds(100) * settings_.number(key::cipccfg_waittm), [this] {
    flushing_ = true;
    move();
  });
}

// --- the escape

void TransparentMode::await_escape() {
  guard_ = clock_.after(guard, [this] {
    if (pluses_ == 3) return escape();
    take_pluses();
    wait_for_more();
  });
}

/// It was not an escape: the characters are data.
void TransparentMode::take_pluses() {
  guard_.cancel();
  block_.append(pluses_, '+');
  pluses_ = 0;
}

/// The connection stays, as after an escape: ATO goes on with it once the DLC is open again.
void TransparentMode::line_reset() {
  if (mode_ != Mode::online) return;
  take_pluses();
  mode_ = Mode::escaped;
  send_block();
}

void TransparentMode::dtr_dropped(bool hang_up) {
  if (mode_ != Mode::online) return;
  take_pluses();
  hang_up ? on_stuck(*connection_) : escape();
}

void TransparentMode::escape() {
  pluses_ = 0;
  mode_ = Mode::escaped;
  send_block();
  channel_->go_offline(Code::ok);
}

}  // namespace sim800
