// No answer: {"silence": "10s"}, {"silence": true} for good.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// A command is never answered, and its channel is dead for this long; a transfer stalls; with any other trigger all
/// channels are dead.
struct Silence final : Action {
  explicit Silence(Duration s) : span(s) {}
  void apply(Stage& stage) const override {
    if (stage.command != nullptr) {
      stage.command->silence = span;
    } else if (stage.transfer != nullptr) {
      stage.transfer->hold = span;
    } else {
      stage.modem.fall_silent(span);
    }
  }
  Duration span;
};
static_assert(CommandVerdict::forever == Verdict::forever);

}  // namespace

std::shared_ptr<const Action> read_silence(const Value& action) {
  return std::make_shared<Silence>(action["silence"].duration().value_or(CommandVerdict::forever));
}

}  // namespace sim800
