// One direction of a connection's way through the radio link: when what sets out arrives.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "backends/link/interference.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/link_model.hpp"

namespace sim800 {

/// What the connections of one link have in common.
struct LinkState {
  Clock& clock;
  LinkModel model;

  /// Half a round trip, jitter aside.
  Duration one_way() const;
};

class LinkPath {
 public:
  /// `seed` is the jitter's; `link` must outlive the path.
  LinkPath(const LinkState& link, Direction direction, std::uint64_t seed);

  /// Half a round trip, as long as it takes this time.
  Duration delay();
  /// Bytes a second; 0: no limit.
  double rate() const;
  /// How long the bandwidth takes for `count` bytes.
  Duration time_for(std::size_t count) const;
  /// When the bandwidth allows the next byte.
  TimePoint line_free() const { return line_free_; }
  /// Sends `count` bytes off; their arrival, which is never before that of what was sent earlier.  `without_gap`: they
  /// have waited for the line, so that it is busy from when it was free on, not from now.
  TimePoint send(std::size_t count, bool without_gap = false);

 private:
  const LinkState& link_;
  Direction direction_;
  std::mt19937_64 chance_;
  TimePoint line_free_{};
  TimePoint last_arrival_{};
};

}  // namespace sim800
