// Module time on the event loop: the steady clock, scaled by --time-scale, and under control from outside.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>

#include "emulator/core/clock.hpp"

namespace sim800 {

class AsioClock final : public Clock {
 public:
  /// `scale` > 0: seconds of wall time per second of module time.
  AsioClock(asio::io_context& loop, double scale);
  TimePoint now() const override;

  // Control while it runs.

  double scale() const { return scale_; }
  void set_scale(double scale);
  /// Time stands still. What is due at this instant still happens.
  void pause();
  void resume();
  bool paused() const { return paused_; }
  /// Lets time pass at once, each appointment on the way at its own instant; between two of them the loop serves what
  /// is ready. Time goes on, or stands still, as it did before. `done` is called at the end; false if it is advancing
  /// already.
  bool advance(Duration span, std::function<void()> done);
  /// Time begins again at zero: for a run that begins again. There is no appointment left.
  void restart();

 private:
  void rearm() override;
  void stand_at(TimePoint instant);
  void go_on();
  void step();

  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point start_;  ///< wall time of `origin_`
  TimePoint origin_{};
  double scale_;
  bool paused_ = false, standing_ = false;
  TimePoint armed_ = TimePoint::max();
  std::optional<TimePoint> target_;  ///< of advance()
  std::function<void()> done_;
};

}  // namespace sim800
