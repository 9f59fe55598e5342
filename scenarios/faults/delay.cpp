// A late answer, or a transfer that waits: {"delay": "2s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Delay final : Action {
  explicit Delay(Duration s) : span(s) {}
  void apply(Stage& stage) const override {
    if (stage.command != nullptr) stage.command->delay += span;
    if (stage.transfer == nullptr || stage.transfer->hold == Verdict::forever) return;
    stage.transfer->hold = stage.transfer->hold.value_or(Duration::zero()) + span;
  }
  Duration span;
};

}  // namespace

std::shared_ptr<const Action> read_delay(const Value& action) {
  return std::make_shared<Delay>(action["delay"].duration().value_or(Duration::zero()));
}

}  // namespace sim800
