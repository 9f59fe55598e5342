// Tones that the module plays (AT manual 6.2.13, 6.2.25, 6.2.26, 6.2.64): AT+STTONE, +SIMTONE and +SIMTONEX, whose end
// it reports, and the keys of AT+CLDTMF. They are not audible here.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"

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
  /// Plays keys one after the other, in place of those that are still playing; nothing reports their end.
  void play_keys(Task<> keys) {
    keys_ = std::move(keys);
    keys_.start([this] { keys_.cancel(); });
  }
  void stop_keys() { keys_.cancel(); }
  void power_off() override {
    stop_keys();
    playing_.clear();
    alerts = false;
  }
  bool busy() const override { return !playing_.empty() || keys_.running(); }

  bool alerts = false;  ///< AT+CALS plays the alert sound, until it is stopped

 private:
  const Environment& environment_;
  std::map<std::string, Timer> playing_;
  Task<> keys_;
};

}  // namespace sim800
