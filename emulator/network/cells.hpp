// The cells around the module in engineering mode (AT manual 6.2.21).
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/network/network.hpp"

namespace sim800 {

class Cells final : public Service {
 public:
  Cells(const Environment& environment, Settings& settings, const Network& network)
      : environment_(environment), settings_(settings), network_(network) {}

  /// The lines of +CENG for its <mode> and <Ncell>: the serving cell, then up to six neighbours; none without signal.
  std::vector<std::string> lines() const;
  /// Whether there is a call, so that the module has a channel of its own.
  std::function<bool()> in_call = [] { return false; };
  /// AT+CELLIST was written: the cells are looked for in the background, first after half a minute.
  void scan();
  /// What the last look has found, each as +CELLIST shows it; nothing before that.
  const std::vector<std::string>& found() const { return found_; }
  /// AT+CENG was written: with <mode> 2 the lines are sent periodically.
  void apply();
  void power_off() override {
    next_.cancel();
    scanning_.cancel();
    found_.clear();
  }

 private:
  void report();
  void look();

  const Environment& environment_;
  Settings& settings_;
  const Network& network_;
  Timer next_, scanning_;
  std::vector<std::string> found_;
};

}  // namespace sim800
