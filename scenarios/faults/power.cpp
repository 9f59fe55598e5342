// Reset, freeze, loss of power and PWRKEY: {"reset": true}, {"freeze": true}, {"power": "loss"}, {"power": "key"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// A command that triggers it is never answered, and what the UART holds is lost.
struct PowerAction final : Action {
  using Act = void (Modem::*)();
  explicit PowerAction(Act a) : act(a) {}
  void apply(Stage& stage) const override {
    if (stage.command != nullptr) stage.command->silence = CommandVerdict::forever;
    stage.strand_transfer();
    (stage.modem.*act)();
    stage.effects.cut_serial_lines();
  }
  Act act;
};

/// On a fresh stack: a running module switches off, one that is off boots.
struct PowerKey final : Action {
  void apply(Stage& stage) const override {
    stage.effects.soon([&modem = stage.modem] { modem.press_power_key(); });
  }
};

}  // namespace

std::shared_ptr<const Action> read_reset(const Value& /*action*/) {
  return std::make_shared<PowerAction>(&Modem::reset);
}
std::shared_ptr<const Action> read_freeze(const Value& /*action*/) {
  return std::make_shared<PowerAction>(&Modem::freeze);
}
std::shared_ptr<const Action> read_power(const Value& action) {
  if (action["power"].text() == "key") return std::make_shared<PowerKey>();
  return std::make_shared<PowerAction>(&Modem::lose_power);
}

}  // namespace sim800
