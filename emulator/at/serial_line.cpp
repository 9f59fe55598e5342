// SPDX-License-Identifier: MIT
#include "emulator/at/serial_line.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "protocol/at/uart.hpp"

namespace sim800 {
namespace {

constexpr std::size_t output_limit = std::size_t{1024} * 1024;

}  // namespace

SerialLine::SerialLine(Clock& clock, const SerialConfig& config, SerialFaults* faults, Port& wire)
    : clock_(clock),
      paced_(config.paced),
      framing_{.baud = config.baud},
      byte_time_(config.paced ? Duration(10s) / config.baud : Duration::zero()),  // 8N1: ten bits per byte
      slice_(config.paced ? std::max<std::size_t>(1, config.baud / 10'000) : std::numeric_limits<std::size_t>::max()),
      faults_(faults),
      wire_(wire) {}

/// A piece of what the module sends has arrived: the next one has its own size, and a pause before it.
Duration SerialLine::Lane::next_piece() {
  left_of_piece_ = line_.faults_->slice();
  return line_.faults_->gap();
}

std::size_t SerialLine::cut() {
  const std::size_t lost = tx_.size();
  tx_.clear();
  return lost;
}

void SerialLine::send(std::string_view bytes) {
  // URCs come whether the line carries them or not.
  if (tx_.size() + bytes.size() > output_limit) return module_->output_lost(bytes.size());
  tx_.push(bytes);
  congested_ = congested_ || unsent() >= congested_at;
}

// --- rate and framing

void SerialLine::set_framing(const Framing& framing) {
  follows_rate_ = follows_rate_ || strict_ || (framed_ && framing != framing_);
  if (framing != framing_ || !framed_) found_ = 0;
  framed_ = true;
  framing_ = framing;
  pace();
  wire_.set_framing(framing);
}

void SerialLine::host_framing(const Framing& framing) {
  host_ = framing;
  pace();
  module_->host_framing(framing);
}

/// A module that has not found the host's rate yet has none.
Framing SerialLine::module_framing() const {
  Framing framing = framing_;
  if (framing.baud == 0) framing.baud = found_;
  return framing;
}

/// Bytes take as long as they do at the module's rate, where a scenario's does not stand for it.
void SerialLine::pace() {
  if (!paced_ || !follows_rate_) return;
  const Framing framing = module_framing();
  if (framing.baud == 0) return;
  byte_time_ = Duration(1s) * framing.bits() / framing.baud;
  slice_ = std::max<std::size_t>(1, framing.baud / (std::size_t{1000} * framing.bits()));
}

/// As far as is known, the two ends frame bytes alike.
bool SerialLine::agrees() const {
  return !strict_ || !host_ || !framed_ || host_->baud == 0 || module_framing() == *host_;
}

std::string SerialLine::distorted(SerialDirection direction, std::string_view bytes) {
  if (direction == SerialDirection::rx && framing_.baud == 0 && found_ != host_->baud) return synchronised(bytes);
  const Framing module = module_framing();
  if (module.baud == 0) return {};  // it says nothing that could be read
  return direction == SerialDirection::rx ? as_heard(bytes, *host_, module) : as_heard(bytes, module, *host_);
}

/// The module looks for the host's rate: it finds it by AT or at, and hears nothing before.
std::string SerialLine::synchronised(std::string_view bytes) {
  constexpr unsigned slowest = 1200, fastest = 115'200;
  const bool detectable = host_->baud >= slowest && host_->baud <= fastest && host_->data_bits == 8 &&
                          host_->parity == Framing::Parity::none && host_->stop_bits == 1;
  for (std::size_t i = 0; detectable && i < bytes.size(); ++i) {
    const char a = std::exchange(before_, bytes[i]);
    if (!((a == 'A' && bytes[i] == 'T') || (a == 'a' && bytes[i] == 't'))) continue;
    found_ = host_->baud;
    before_ = '\0';
    pace();
    return std::string(1, a) + std::string(bytes.substr(i));
  }
  return {};
}

// --- bytes

/// Bytes of the previous client arrive before the change of clients is reported.
void SerialLine::client_arrived() {
  rx_.hurry();
  module_->client_arrived();
}

void SerialLine::client_left() {
  rx_.hurry();
  module_->client_left();
}

/// Also where only the wire was full, with what it had kept.
void SerialLine::drained() {
  if (unsent() > congested_at) return;
  congested_ = false;
  module_->drained();
}

void SerialLine::tell_drained() {
  if (congested_ && unsent() <= congested_at) {
    congested_ = false;
    module_->drained();
  }
}

void SerialLine::arrived(SerialDirection direction, std::string_view sent) {
  std::string heard;
  std::string_view bytes = sent;
  if (!agrees()) bytes = heard = distorted(direction, sent);
  if (bytes.empty()) {
    module_->output_lost(sent.size());
  } else if (direction == SerialDirection::tx) {
    wire_.send(bytes);
  } else {
    module_->receive(bytes);
  }
  if (direction == SerialDirection::rx && wants_input()) wire_.input_wanted();
}

// --- one direction

void SerialLine::Lane::push(std::string_view bytes) {
  waiting_.append(bytes);
  if (under_way_) return;
  free_at_ = std::max(free_at_, line_.clock_.now());
  run();
}

void SerialLine::Lane::run() {
  under_way_ = true;
  while (size() > 0) {
    std::size_t count = std::min(size(), line_.slice_);
    if (line_.faults_ != nullptr) count = std::min(count, line_.faults_->until_stop(direction_));
    Duration pause{};
    if (line_.faults_ != nullptr && direction_ == SerialDirection::tx) {
      if (left_of_piece_ == 0) pause = next_piece();
      // Nothing came before it, so there is nothing to be apart from.
      if (!std::exchange(follows_, true)) pause = Duration::zero();
      if (left_of_piece_ > 0) left_of_piece_ -= count = std::min(count, left_of_piece_);
    }
    if (line_.byte_time_ + pause > Duration::zero()) {
      free_at_ += pause + line_.byte_time_ * static_cast<Duration::rep>(count);
      timer_ = line_.clock_.at(free_at_, [this, count] {
        if (pass(count)) return;
        run();
        line_.tell_drained();
      });
      return;
    }
    if (pass(count)) return;
  }
  under_way_ = follows_ = false;
  left_of_piece_ = 0;
}

/// True if the rest waits until faults have acted, on a stack of their own.
bool SerialLine::Lane::pass(std::size_t count) {
  std::string bytes = waiting_.substr(head_, count);
  head_ += bytes.size();
  if (head_ == waiting_.size() || head_ >= input_limit) {
    waiting_.erase(0, head_);
    head_ = 0;
  }
  const bool stop = line_.faults_ != nullptr && line_.faults_->pass(direction_, bytes);
  if (stop) {
    timer_ = line_.clock_.after(Duration::zero(), [this] {
      run();
      line_.tell_drained();
    });
  }
  if (!bytes.empty()) line_.arrived(direction_, bytes);
  return stop;
}

void SerialLine::Lane::hurry() {
  timer_.cancel();
  under_way_ = true;
  while (size() > 0) pass(line_.faults_ != nullptr ? std::min(size(), line_.faults_->until_stop(direction_)) : size());
  timer_.cancel();
  under_way_ = false;
}

void SerialLine::Lane::clear() {
  timer_.cancel();
  waiting_.clear();
  head_ = 0;
  under_way_ = false;
}

}  // namespace sim800
