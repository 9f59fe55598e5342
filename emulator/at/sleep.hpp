// Sleep by AT+CSCLK (AT manual 6.2.20; hardware design guide).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/clock.hpp"

namespace sim800 {

class Sleep {
 public:
  Sleep(const Clock& clock, const Settings& settings) : clock_(clock), settings_(settings) {}

  /// Activity that keeps the module awake.
  void touch() { touched_at_ = clock_.now(); }
  /// Bytes arrived. True if they are lost: they only wake the module, or follow those too closely, or it sleeps by DTR.
  template <class Dtr, class Idle>
  bool consumes_wakeup(const Dtr& dtr, const Idle& idle) {
    const TimePoint now = clock_.now();
    if (!dtr() && sleeps(by_dtr) && idle()) return true;
    if (now - touched_at_ >= falls_asleep_after && sleeps(automatic) && idle()) awake_at_ = now + wakes_in;
    touched_at_ = now;
    return now < awake_at_;
  }
  /// DTR is on again.
  template <class Idle>
  void dtr_on(const Idle& idle) {
    if (sleeps(by_dtr) && idle()) awake_at_ = clock_.now() + wakes_by_dtr_in;
  }
  void power_on() {
    awake_at_ = TimePoint::min();
    touch();
  }

 private:
  static constexpr std::uint32_t by_dtr = 1, automatic = 2;
  static constexpr Duration falls_asleep_after = std::chrono::seconds(5);
  static constexpr Duration wakes_in = std::chrono::milliseconds(100);
  static constexpr Duration wakes_by_dtr_in = std::chrono::milliseconds(50);

  bool sleeps(std::uint32_t mode) const { return settings_.number(key::csclk) == mode; }

  const Clock& clock_;
  const Settings& settings_;
  TimePoint touched_at_{};
  TimePoint awake_at_ = TimePoint::min();
};

}  // namespace sim800
