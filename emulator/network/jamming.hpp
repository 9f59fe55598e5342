// Jamming detection (AT+SJDR, AT manual 6.2.57). There is no jamming here, only the report that there is none.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {

class Jamming final : public Service {
 public:
  Jamming(const Environment& environment, const Settings& settings) : around_(environment), settings_(settings) {}

  /// AT+SJDR was written: reports by URC (modes 1 and 3) are sent every 3 s, or once with <display> 1, because nothing
  /// changes.
  void apply() {
    next_.cancel();
    const bool by_urc = settings_.number(key::sjdr_mode) % 2 == 1;
    if (settings_.number(key::sjdr_status) == 1 && by_urc) next_ = around_.clock.after(period, [this] { report(); });
  }
  void power_off() override { next_.cancel(); }

 private:
  static constexpr Duration period = std::chrono::seconds(3);

  void report() {
    around_.urc("+SJDR: NO JAMMING", nullptr);
    if (settings_.number(key::sjdr_display) == 0) next_ = around_.clock.after(period, [this] { report(); });
  }

  const Environment& around_;
  const Settings& settings_;
  Timer next_;
};

}  // namespace sim800
