// Bytes on their way to a host that does not accept them at once.
// SPDX-License-Identifier: MIT
#include "backends/endpoints/output_queue.hpp"

#include <algorithm>

namespace sim800 {

void OutputQueue::push(std::string_view bytes) {
  // Moving data only when half of the buffer is unused makes the cost per byte constant.
  if (first_ >= bytes_.size() / 2) {
    bytes_.erase(0, first_);
    next_ -= first_;
    first_ = 0;
  }
  bytes_.append(bytes);
}

void OutputQueue::confirm(std::size_t in_flight) {
  first_ = std::max(first_, next_ - std::min(next_, in_flight));
  // An idle line should not keep the memory of its busiest hour.
  if (first_ == bytes_.size()) {
    bytes_ = {};
    first_ = next_ = 0;
  }
}

std::size_t OutputQueue::trim(std::size_t limit) {
  if (size() <= limit) return 0;
  const std::size_t lost = size() - limit;
  next_ += lost;
  first_ = next_;
  return lost;
}

}  // namespace sim800
