// Enters a state that other faults can require: {"state": "name", "for": "10s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct StateAction final : Action {
  StateAction(std::string n, std::optional<Duration> s) : name(std::move(n)), span(s) {}
  void apply(Stage& stage) const override { stage.effects.change_state(name, span); }
  std::string name;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_state(const Value& action) {
  return std::make_shared<StateAction>(action["state"].text().value_or(""), action["for"].duration());
}

}  // namespace sim800
