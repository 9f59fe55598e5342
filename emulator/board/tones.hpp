// Tones that the module plays and whose end it reports: AT+STTONE, +SIMTONE, +SIMTONEX (AT manual 6.2.25, 6.2.26,
// 6.2.64). They are not audible here; the host sees when they end.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

class Tones final : public Service {
 public:
  explicit Tones(const Environment& environment) : environment_(environment) {}

  /// Plays until `length` is over (zero: until stopped); "+STTONE: 0" follows.
  void start(std::string_view command, Duration length, Channel& asker) {
    Timer& end = playing_[std::string(command)] = Timer();
    if (length > Duration::zero())
      end = environment_.clock.after(length, [this, name = std::string(command), &asker] { stop(name, asker); });
  }
  void stop(const std::string& command, Channel& asker) {
    if (playing_.erase(command) != 0) environment_.answer(command + ": 0", &asker);
  }
  void power_off() override {
    playing_.clear();
    alerts = false;
  }
  bool busy() const override { return !playing_.empty(); }

  bool alerts = false;  ///< AT+CALS plays the alert sound, until it is stopped

 private:
  const Environment& environment_;
  std::map<std::string, Timer> playing_;
};

}  // namespace sim800
