// The card: {"sim": "removed"}, "inserted", "locked".
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SimAction final : Action {
  using Act = void (Modem::*)();
  explicit SimAction(Act a) : act(a) {}
  void apply(Stage& stage) const override {
    if (act != &Modem::insert_sim) stage.strand_transfer();
    (stage.modem.*act)();
  }
  Act act;
};

}  // namespace

std::shared_ptr<const Action> read_sim(const Value& action) {
  const auto word = action["sim"].text();
  if (word == "removed") return std::make_shared<SimAction>(&Modem::remove_sim);
  return std::make_shared<SimAction>(word == "inserted" ? &Modem::insert_sim : &Modem::lock_sim);
}

}  // namespace sim800
