// The signal from now on: {"signal": {"rssi": 3, "ber": 5}}.
// SPDX-License-Identifier: MIT
#include "emulator/network/network.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SignalAction final : Action {
  SignalAction(int r, int b) : rssi(r), ber(b) {}
  void apply(Stage& stage) const override { stage.modem.network->set_signal(rssi, ber); }
  int rssi, ber;
};

}  // namespace

std::shared_ptr<const Action> read_signal(const Value& action) {
  const Value signal = action["signal"];
  const NetworkConfig healthy;
  return std::make_shared<SignalAction>(static_cast<int>(signal["rssi"].integer().value_or(healthy.rssi)),
                                        static_cast<int>(signal["ber"].integer().value_or(healthy.ber)));
}

}  // namespace sim800
