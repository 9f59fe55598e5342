// The supply voltage: {"supply": "under-voltage"}, "under-voltage-off", "over-voltage", "over-voltage-off"; with "for"
// for a while. SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SupplyAction final : Action {
  SupplyAction(Supply v, std::optional<Duration> s) : supply(v), span(s) {}
  void apply(Stage& stage) const override { stage.effects.change_supply(supply, span); }
  Supply supply;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_supply(const Value& action) {
  const auto supply = action["supply"].word<Supply>({{"normal", Supply::normal},
                                                     {"under-voltage", Supply::under_voltage},
                                                     {"under-voltage-off", Supply::under_voltage_off},
                                                     {"over-voltage", Supply::over_voltage},
                                                     {"over-voltage-off", Supply::over_voltage_off}});
  return std::make_shared<SupplyAction>(supply.value_or(Supply::normal), action["for"].duration());
}

}  // namespace sim800
