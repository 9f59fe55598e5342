// The supply voltage: {"supply": "under-voltage"}, "under-voltage-off", "over-voltage", "over-voltage-off".
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SupplyAction final : Action {
  explicit SupplyAction(Supply s) : supply(s) {}
  void apply(Stage& stage) const override { stage.modem.set_supply(supply); }
  Supply supply;
};

Supply supply_of(const std::optional<std::string>& word) {
  if (word == "under-voltage") return Supply::under_voltage;
  if (word == "under-voltage-off") return Supply::under_voltage_off;
  if (word == "over-voltage") return Supply::over_voltage;
  return word == "over-voltage-off" ? Supply::over_voltage_off : Supply::normal;
}

}  // namespace

std::shared_ptr<const Action> read_supply(const Entry& action) {
  return std::make_shared<SupplyAction>(supply_of(action.text("supply")));
}

}  // namespace sim800
