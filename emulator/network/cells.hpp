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
  /// AT+CENG was written: with <mode> 2 the lines are sent periodically.
  void apply();
  void power_off() override { next_.cancel(); }

 private:
  void report();

  const Environment& environment_;
  Settings& settings_;
  const Network& network_;
  Timer next_;
};

}  // namespace sim800
