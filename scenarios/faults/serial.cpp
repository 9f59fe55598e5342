// Bytes that get lost, come wrong or twice: {"serial": {"drop": 0.01, "direction": "tx"}, "for": "10s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SerialAction final : Action {
  void apply(Stage& stage) const override {
    NoiseChange change;
    if (direction != SerialDirection::tx) change.rx = with_chance(stage);
    if (direction != SerialDirection::rx) change.tx = with_chance(stage);
    stage.effects.change_noise(change, span);
  }
  Needs needs() const override { return {.serial_line = true}; }
  /// Each direction has chance of its own: bytes of one do not change what becomes of the other's.
  Noise with_chance(const Stage& stage) const {
    Noise noisy = noise;
    noisy.chance = std::make_shared<Chance>(stage.chance.fork());
    return noisy;
  }
  Noise noise;
  std::optional<SerialDirection> direction;
  std::optional<Duration> span;
};

}  // namespace

void NoiseChange::apply(SerialNoise& line) const {
  if (rx) line.rx = *rx;
  if (tx) line.tx = *tx;
}

std::shared_ptr<const Action> read_serial(const Entry& action) {
  const Entry serial = action.at("serial");
  auto read = std::make_shared<SerialAction>();
  read->noise.drop = serial.number("drop").value_or(0);
  read->noise.garble = serial.number("garble").value_or(0);
  read->noise.duplicate = serial.number("duplicate").value_or(0);
  const auto direction = serial.text("direction");
  if (direction) read->direction = direction == "rx" ? SerialDirection::rx : SerialDirection::tx;
  read->span = action.duration("for");
  return read;
}

}  // namespace sim800
