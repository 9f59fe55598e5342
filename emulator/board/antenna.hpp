// Antenna detection (AT+CANT, AT manual 6.2.60).
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include "emulator/core/board_config.hpp"
#include "emulator/core/environment.hpp"

namespace sim800 {

class Antenna {
 public:
  Antenna(const Environment& environment, AntennaState state) : around_(environment), state_(state) {}

  /// Its state follows the OK of AT+CANT (manual), and comes again after each `period` (a log).
  void watch(Channel* asker, Duration period) {
    if (asker != nullptr) around_.answer(line(), asker);
    report_after(period);
  }
  void stop() { next_.cancel(); }
  /// Told with the next report: the module looks at it once in each period.
  void put(AntennaState state) { state_ = state; }

 private:
  std::string line() const { return fmt::format("+CANT: {}", static_cast<int>(state_)); }

  void report_after(Duration period) {
    next_ = around_.clock.after(period, [this, period] {
      around_.urc(line(), nullptr);
      report_after(period);
    });
  }

  const Environment& around_;
  AntennaState state_;
  Timer next_;
};

}  // namespace sim800
