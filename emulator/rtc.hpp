// The module's clock and calendar as AT+CCLK shows it (AT manual 3.2.43): local time and a zone in quarters of an hour.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emulator/clock.hpp"

namespace sim800 {

class Rtc {
 public:
  explicit Rtc(const Clock& clock) : clock_(clock) {}

  /// "yy/MM/dd,hh:mm:ss±zz".  A module that lost its backup supply starts at 04/01/01,00:00:00, and so does this one.
  std::string text() const;
  /// False where the text is no such time (zone -47 to 48).
  bool set(std::string_view text);

  int zone() const { return zone_; }
  void set_zone(int quarters) { zone_ = quarters; }
  /// The backup supply is gone too: it starts again.
  void lose_power() { at_start_ = first_day - std::chrono::floor<std::chrono::seconds>(clock_.now()); }

 private:
  const Clock& clock_;
  static constexpr std::chrono::sys_seconds first_day = std::chrono::sys_days{std::chrono::year{2004} / 1 / 1};
  std::chrono::sys_seconds at_start_ = first_day;
  int zone_ = 0;
};

}  // namespace sim800
