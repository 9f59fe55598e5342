// Module time on the event loop: the steady clock, scaled by --time-scale.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/steady_timer.hpp>

#include "emulator/core/clock.hpp"

namespace sim800 {

class AsioClock final : public Clock {
 public:
  /// `scale` > 0: seconds of wall time per second of module time.
  AsioClock(asio::io_context& loop, double scale);
  TimePoint now() const override;

 private:
  void rearm() override;

  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point start_;
  double scale_;
  TimePoint armed_ = TimePoint::max();
};

}  // namespace sim800
