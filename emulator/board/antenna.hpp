// Antenna detection (AT+CANT, AT manual 6.2.60).
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

namespace key {
inline constexpr NumberKey cant_mode{"+CANT", 0};
inline constexpr NumberKey cant_urc{"+CANT", 1};
inline constexpr NumberKey cant_timer{"+CANT", 2};  ///< seconds
}  // namespace key

/// The antenna is connected.
class Antenna final : public Service {
 public:
  Antenna(const Environment& environment, const Settings& settings) : around_(environment), settings_(settings) {}

  /// AT+CANT was written: its state follows the OK (manual), and comes again after each <timer> (a log).
  void apply(Channel& asker) {
    next_.cancel();
    if (!wanted()) return;
    around_.answer(state, &asker);
    wait();
  }
  void power_off() override { next_.cancel(); }

 private:
  static constexpr const char* state = "+CANT: 0";

  bool wanted() const {
    return settings_.number(key::cant_mode) == 1 && settings_.number(key::cant_urc) == 1 &&
           settings_.number(key::cant_timer) > 0;
  }
  void wait() {
    next_ = around_.clock.after(std::chrono::seconds(settings_.number(key::cant_timer)), [this] { report(); });
  }
  void report() {
    if (!wanted()) return;
    around_.urc(state, nullptr);
    wait();
  }

  const Environment& around_;
  const Settings& settings_;
  Timer next_;
};

}  // namespace sim800
