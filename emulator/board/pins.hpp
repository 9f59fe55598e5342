// General-purpose pins (AT+SGPIO, AT+CGPIO): direction and level of those that were used, and what drives the inputs.
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/board_config.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {

/// A pin that was never set is an input; one that nothing drives reads low.
class Pins final : public Service {
 public:
  /// `prefix`: of their names, "GPIO" or "PIN".
  Pins(const Environment& environment, std::string_view prefix) : around_(environment), prefix_(prefix) {
    if (environment.world.board == nullptr) return;
    for (const auto& [name, high] : environment.world.board->pins) drive(name, high);
  }

  /// An output that is none any more does not hold its level.
  void set_input(std::uint32_t pin) {
    const auto output = outputs_.find(pin);
    if (output == outputs_.end()) return;
    const bool was_high = output->second;
    outputs_.erase(output);
    if (was_high) tell(pin, false);
  }
  /// Traces and triggers hear of a change.
  void set_output(std::uint32_t pin, bool high) {
    const auto [it, fresh] = outputs_.try_emplace(pin, high);
    if (!fresh && it->second == high) return;
    it->second = high;
    tell(pin, high);
  }
  /// The level of an input; nothing for an output, which the module does not read back.
  std::optional<bool> read(std::uint32_t pin) const {
    if (outputs_.contains(pin)) return std::nullopt;
    const auto driven = inputs_.find(pin);
    return driven != inputs_.end() && driven->second;
  }
  /// From outside: "GPIO3"; another's pin is not touched.
  void drive(std::string_view name, bool high) {
    if (name.starts_with(prefix_)) inputs_[static_cast<std::uint32_t>(number_in(name))] = high;
  }
  const std::map<std::uint32_t, bool>& outputs() const { return outputs_; }
  const std::map<std::uint32_t, bool>& inputs() const { return inputs_; }
  std::string name(std::uint32_t pin) const { return fmt::format("{}{}", prefix_, pin); }

  void power_off() override {
    while (!outputs_.empty()) set_input(outputs_.begin()->first);
  }

 private:
  int number_in(std::string_view name) const {
    int number = 0;
    for (const char c : name.substr(prefix_.size())) number = number * 10 + (c - '0');
    return number;
  }
  void tell(std::uint32_t pin, bool high) const {
    around_.record("pin", {{"pin", name(pin)}, {"high", high}});
    if (around_.observer != nullptr) around_.observer->level(name(pin), high);
  }

  const Environment& around_;
  std::string_view prefix_;
  std::map<std::uint32_t, bool> outputs_, inputs_;
};

}  // namespace sim800
