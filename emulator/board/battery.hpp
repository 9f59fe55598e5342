// A battery that discharges by load and time, and its charger (AT+CBC, AT manual 3.2.52).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>

#include "emulator/core/board_config.hpp"
#include "emulator/core/clock.hpp"

namespace sim800 {

/// Looks at itself each second while the module is on, and when the load or the charger has changed.
class Battery {
 public:
  enum class Charging : std::uint8_t { no, yes, finished };  ///< <bcs> of AT+CBC

  Battery(Clock& clock, const BatteryConfig& config);

  /// Some service has something in progress.
  std::function<bool()> works = [] { return false; };
  /// AT+ECHARGE, where the model has it.
  std::function<bool()> may_charge = [] { return true; };
  /// The voltage has come into another range.
  std::function<void(Supply)> on_supply = [](Supply) {};
  /// It is empty.
  std::function<void()> on_empty = [] {};

  void power_on();
  void power_off();

  /// Per cent, 1 to 100.
  int level();
  int millivolts();
  Charging charging();

  void put_level(double percent);
  void put_charger(bool connected);
  /// The load may have changed.
  void look();

 private:
  void pass_time();
  bool charges() const { return charger_ && may_charge(); }

  Clock& clock_;
  const BatteryConfig config_;
  double level_;
  bool charger_;
  bool on_ = false, busy_ = false;
  bool full_ = false;  ///< and still at the charger
  Supply supply_ = Supply::normal;
  TimePoint since_;
  Timer next_;
};

}  // namespace sim800
