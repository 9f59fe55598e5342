// The signal, for a while or for good: {"signal": {"rssi": 3, "ber": 5}, "for": "10s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SignalAction final : Action {
  void apply(Stage& stage) const override { stage.effects.change_signal(signal, span); }
  SignalPoint signal;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_signal(const Value& action) {
  auto read = std::make_shared<SignalAction>();
  action["signal"]["rssi"].read(read->signal.rssi);
  action["signal"]["ber"].read(read->signal.ber);
  action["for"].read(read->span);
  return read;
}

}  // namespace sim800
