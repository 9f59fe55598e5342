// SPDX-License-Identifier: MIT
#include "emulator/at/input_queue.hpp"

namespace sim800 {

void InputQueue::append(std::string_view bytes) {
  if (head_ == bytes_.size()) {
    bytes_.clear();
    head_ = 0;
  } else if (head_ >= limit) {  // a host that is always ahead never empties it
    bytes_.erase(0, head_);
    head_ = 0;
  }
  bytes_.append(bytes);
  received_ += bytes.size();
}

void InputQueue::client_left() {
  if (leaves_.empty() || leaves_.back() != received_) leaves_.push_back(received_);
}

std::size_t InputQueue::available() const {
  const std::uint64_t end = leaves_.empty() ? received_ : leaves_.front();
  return static_cast<std::size_t>(end - consumed_);
}

void InputQueue::consume(std::size_t count) {
  head_ += count;
  consumed_ += count;
}

bool InputQueue::take_leave() {
  if (leaves_.empty() || leaves_.front() != consumed_) return false;
  leaves_.pop_front();
  return true;
}

void InputQueue::release() {
  constexpr std::size_t kept = 256;
  if (size() > 0 || bytes_.capacity() <= kept) return;
  std::string().swap(bytes_);
  head_ = 0;
}

void InputQueue::clear() {
  bytes_.clear();
  head_ = 0;
  consumed_ = received_;
  leaves_.clear();
}

}  // namespace sim800
