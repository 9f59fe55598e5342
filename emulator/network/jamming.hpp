// Jamming detection (AT+SJDR, AT manual 6.2.57).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {

/// What disturbs the signal is given by its variance: up to <var> of AT+SJDR it is jamming, above that interference.
class Jamming final : public Service {
 public:
  enum class Result : std::uint8_t { none, jamming, interference };  ///< <result>

  static constexpr int none = 0, least_variance = 1, interference = 256;  ///< of put()

  Jamming(const Environment& environment, const Settings& settings) : around_(environment), settings_(settings) {}

  /// AT+SJDR was written: the first report by URC (modes 1 and 3) comes after 3 s, then one every 3 s, or with
  /// <display> 1 on each change.
  void apply() {
    show_on_pin();
    told_.reset();
    look_later();
  }
  /// The variance of the signal from now on; the module notices within 3 s.
  void put(int variance) {
    variance_ = variance;
    show_on_pin();
  }
  Result result() const {
    if (variance_ == none) return Result::none;
    return variance_ > static_cast<int>(settings_.number(key::sjdr_var)) ? Result::interference : Result::jamming;
  }
  void power_off() override {
    next_.cancel();
    high_ = false;
  }

  /// Modes 2 and 3: the detection pin is high while there is jamming.
  std::function<void(bool high)> on_pin = [](bool) {};

 private:
  static constexpr Duration period = std::chrono::seconds(3);

  bool reports() const { return settings_.number(key::sjdr_status) == 1 && settings_.number(key::sjdr_mode) % 2 == 1; }
  void look_later() {
    next_.cancel();
    if (reports()) next_ = around_.clock.after(period, [this] { look(); });
  }
  /// Each 3 s, whatever the signal does in between.
  void look() {
    if (settings_.number(key::sjdr_display) == 0 || result() != told_) report();
    look_later();
  }
  void report() {
    constexpr const char* lines[] = {"+SJDR: NO JAMMING", "+SJDR: JAMMING DETECTED", "+SJDR: INTERFERENCE DETECTED"};
    told_ = result();
    around_.urc(lines[static_cast<std::size_t>(*told_)], nullptr);
  }
  void show_on_pin() {
    const bool shows = settings_.number(key::sjdr_status) == 1 && settings_.number(key::sjdr_mode) >= 2;
    const bool high = shows && result() == Result::jamming;
    if (shows || high_) on_pin(high);
    high_ = high;
  }

  const Environment& around_;
  const Settings& settings_;
  int variance_ = none;
  std::optional<Result> told_;  ///< since AT+SJDR
  bool high_ = false;           ///< the pin
  Timer next_;
};

}  // namespace sim800
