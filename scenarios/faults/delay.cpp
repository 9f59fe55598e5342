// A late answer, to the next command if none is the trigger; or a transfer that waits: {"delay": "2s"}.
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "scenarios/faults/actions.hpp"
#include "scenarios/json/duration_text.hpp"

namespace sim800 {
namespace {

/// Several delays add up, but to no more than one may be.
Duration longer(Duration delay, Duration by) { return std::min(delay + by, longest_duration); }

struct Delay final : Action {
  explicit Delay(Duration s) : span(s) {}
  void apply(Stage& stage) const override {
    if (stage.transfer == nullptr) {
      CommandVerdict& command = stage.any_command();
      command.delay = longer(command.delay, span);
    } else if (stage.transfer->hold != Verdict::forever) {
      stage.transfer->hold = longer(stage.transfer->hold.value_or(Duration::zero()), span);
    }
  }
  Needs needs() const override { return {.commands = true}; }
  Duration span;
};

}  // namespace

std::shared_ptr<const Action> read_delay(const Value& action) {
  return std::make_shared<Delay>(action["delay"].duration().value_or(Duration::zero()));
}

}  // namespace sim800
