// Antenna detection (AT+CANT, AT manual 6.2.60).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

/// The antenna is connected.
class Antenna final : public Service {
 public:
  explicit Antenna(const Environment& environment) : around_(environment) {}

  /// Its state follows the OK of AT+CANT (manual), and comes again after each `period` (a log).
  void watch(Channel& asker, Duration period) {
    around_.answer(state, &asker);
    report_after(period);
  }
  void stop() { next_.cancel(); }
  void power_off() override { stop(); }

 private:
  static constexpr const char* state = "+CANT: 0";

  void report_after(Duration period) {
    next_ = around_.clock.after(period, [this, period] {
      around_.urc(state, nullptr);
      report_after(period);
    });
  }

  const Environment& around_;
  Timer next_;
};

}  // namespace sim800
