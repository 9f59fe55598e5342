// LinkPath: latency, jitter and bandwidth of the link's model.
// SPDX-License-Identifier: MIT
#include "backends/link/link_path.hpp"

#include <algorithm>

namespace sim800 {

Duration LinkState::one_way() const { return std::max(model.latency / 2, Duration::zero()); }

LinkPath::LinkPath(const LinkState& link, Direction direction, std::uint64_t seed)
    : link_(link), direction_(direction), chance_(seed) {}

Duration LinkPath::delay() {
  const Duration jitter = link_.model.jitter;
  if (jitter <= Duration::zero()) return link_.one_way();
  // Not the library's distributions: their results differ between implementations.
  const double share = static_cast<double>(chance_() >> 11U) * 0x1p-53 * 2 - 1;
  const Duration swing(static_cast<Duration::rep>(static_cast<double>(jitter.count()) / 2 * share));
  return std::max(link_.model.latency / 2 + swing, Duration::zero());
}

double LinkPath::rate() const {
  return (direction_ == Direction::up ? link_.model.up_kbps : link_.model.down_kbps) * 1000 / 8;
}

Duration LinkPath::time_for(std::size_t count) const {
  const double bytes_per_second = rate();
  if (bytes_per_second <= 0) return {};
  return Duration(static_cast<Duration::rep>(static_cast<double>(count) / bytes_per_second * 1e9));
}

TimePoint LinkPath::send(std::size_t count, bool without_gap) {
  const TimePoint now = link_.clock.now();
  if (!without_gap || rate() <= 0) line_free_ = std::max(line_free_, now);
  line_free_ += time_for(count);
  last_arrival_ = std::max(last_arrival_, std::max(now, line_free_) + delay());
  return last_arrival_;
}

}  // namespace sim800
