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

}  // namespace

std::shared_ptr<const Action> read_supply(const Value& action) {
  const auto supply = action["supply"].word<Supply>({{"normal", Supply::normal},
                                                     {"under-voltage", Supply::under_voltage},
                                                     {"under-voltage-off", Supply::under_voltage_off},
                                                     {"over-voltage", Supply::over_voltage},
                                                     {"over-voltage-off", Supply::over_voltage_off}});
  return std::make_shared<SupplyAction>(supply.value_or(Supply::normal));
}

}  // namespace sim800
