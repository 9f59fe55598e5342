// Sleep by AT+CSCLK=2 (AT manual 6.2.20; hardware design guide).  AT+CSCLK=1 sleeps by DTR alone, and the DTR of a wire
// without modem lines is always on: it never sleeps. SPDX-License-Identifier: MIT
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
  /// Bytes arrived. True if they only wake the module, or follow those too closely: they are lost.
  template <class Idle>
  bool consumes_wakeup(const Idle& idle) {
    const TimePoint now = clock_.now();
    const bool asleep = now - touched_at_ >= falls_asleep_after && settings_.number(key::csclk) == automatic && idle();
    if (asleep) awake_at_ = now + wakes_in;
    touched_at_ = now;
    return now < awake_at_;
  }
  void power_on() {
    awake_at_ = TimePoint::min();
    touch();
  }

 private:
  static constexpr std::uint32_t automatic = 2;
  static constexpr Duration falls_asleep_after = std::chrono::seconds(5);
  static constexpr Duration wakes_in = std::chrono::milliseconds(100);

  const Clock& clock_;
  const Settings& settings_;
  TimePoint touched_at_{};
  TimePoint awake_at_ = TimePoint::min();
};

}  // namespace sim800
