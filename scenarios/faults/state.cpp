// Enters a state that other faults can require: {"state": "name"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct StateAction final : Action {
  explicit StateAction(std::string n) : name(std::move(n)) {}
  void apply(Stage& stage) const override { stage.effects.set_state(name); }
  std::string name;
};

}  // namespace

std::shared_ptr<const Action> read_state(const Value& action) {
  return std::make_shared<StateAction>(action["state"].text().value_or(""));
}

}  // namespace sim800
