// Alarms of AT+CALA; they survive power-off (AT manual 6.2.5, 6.2.6).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/clock.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/rtc.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Alarms {
 public:
  static constexpr std::string_view section = "alarms";  ///< of the NVRAM; absent: none was ever set
  static constexpr unsigned count = 5;
  struct Alarm {
    std::string time;  ///< "yy/MM/dd,hh:mm:ss", or "hh:mm:ss" for a repeating alarm
    std::string days;  ///< "1,2,5": Monday is 1, 0 is every day; empty: it rings once
  };

  Alarms(Clock& clock, Nvram& nvram, const Rtc& rtc);

  /// <n> is 1 to 5.
  const std::optional<Alarm>& alarm(unsigned n) const { return alarms_[n - 1]; }
  /// The first unused one, if any.
  std::optional<unsigned> free() const;
  /// 765 for a time that is invalid, has passed, or does not fit `days`; 23 if it cannot be stored, and then nothing
  /// has changed.
  Result set(unsigned n, const Alarm& alarm);
  Result remove(unsigned n);
  /// The module's clock was set: the next alarm may be a different one.
  void rearm();

  std::function<void(unsigned n)> on_ring;

 private:
  std::optional<LocalTime> next(const Alarm& alarm) const;
  void ring();
  void arm();
  using All = std::array<std::optional<Alarm>, count>;
  Result keep(All changed);

  Clock& clock_;
  Nvram& nvram_;
  const Rtc& rtc_;
  All alarms_;
  std::vector<unsigned> due_;  ///< when the timer expires
  Timer timer_;
};

}  // namespace sim800
