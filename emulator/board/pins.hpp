// General-purpose pins (AT+SGPIO, AT+CGPIO): direction and level of those that were used.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "emulator/core/service.hpp"
namespace sim800 {

/// Nothing is connected to them: an input reads low. A pin that was never set is an input.
class Pins final : public Service {
 public:
  void set_input(std::uint32_t pin) { outputs_.erase(pin); }
  void set_output(std::uint32_t pin, bool high) { outputs_[pin] = high; }
  /// The level of an input; nothing for an output, which the module does not read back.
  std::optional<bool> read(std::uint32_t pin) const {
    return outputs_.contains(pin) ? std::nullopt : std::optional(false);
  }
  void power_off() override { outputs_.clear(); }

 private:
  std::map<std::uint32_t, bool> outputs_;
};

}  // namespace sim800
