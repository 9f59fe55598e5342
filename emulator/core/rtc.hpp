// The module's clock and calendar as in AT+CCLK (AT manual 3.2.43): local time and a zone in quarters of an hour.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/clock.hpp"

namespace sim800 {

/// Seconds of a calendar, in any zone.
using LocalTime = std::chrono::sys_seconds;

/// "yy/MM/dd,hh:mm:ss", years from 2000; nothing if the text is not such a time.
std::optional<LocalTime> parse_time(std::string_view text);
std::string to_text(LocalTime time);

class Rtc {
 public:
  explicit Rtc(const Clock& clock) : clock_(clock) {}

  LocalTime now() const { return at_start_ + elapsed(); }
  /// "yy/MM/dd,hh:mm:ss±zz". Like a module without its backup supply, it starts at 04/01/01,00:00:00.
  std::string text() const;
  struct Setting {
    LocalTime time;
    int zone = 0;
  };
  /// "yy/MM/dd,hh:mm:ss±zz"; nothing if the text is not such a time (zone -47 to 48).
  static std::optional<Setting> parse(std::string_view text);
  /// False if the zone cannot be stored, and then nothing has changed.
  bool set(Setting setting);

  int zone() const { return zone_; }
  void set_zone(int quarters) { zone_ = quarters; }
  /// The backup supply is lost too: the clock starts again.
  void lose_power() { set({first_day, zone_}); }

  /// Stores a zone that differs from the present one.
  std::function<bool(int zone)> store_zone;
  /// The clock was set.
  std::function<void()> on_set;

 private:
  static constexpr LocalTime first_day = std::chrono::sys_days{std::chrono::year{2004} / 1 / 1};
  std::chrono::seconds elapsed() const { return std::chrono::floor<std::chrono::seconds>(clock_.now()); }

  const Clock& clock_;
  LocalTime at_start_ = first_day;
  int zone_ = 0;
};

}  // namespace sim800
