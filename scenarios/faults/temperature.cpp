// Degrees Celsius: {"temperature": 90}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Temperature final : Action {
  explicit Temperature(int c) : celsius(c) {}
  void apply(Stage& stage) const override { stage.modem.set_temperature(celsius); }
  int celsius;
};

}  // namespace

std::shared_ptr<const Action> read_temperature(const Value& action) {
  return std::make_shared<Temperature>(static_cast<int>(action["temperature"].integer().value_or(25)));
}

}  // namespace sim800
