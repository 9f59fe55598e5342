// Degrees Celsius: {"temperature": 90, "for": "1min"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Temperature final : Action {
  Temperature(int c, std::optional<Duration> s) : celsius(c), span(s) {}
  void apply(Stage& stage) const override { stage.effects.change_temperature(celsius, span); }
  int celsius;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_temperature(const Value& action) {
  return std::make_shared<Temperature>(static_cast<int>(action["temperature"].integer().value_or(0)),
                                       action["for"].duration());
}

}  // namespace sim800
