// Bytes that are lost, changed or doubled: {"serial": {"drop": 0.01, "direction": "tx"}, "for": "10s"}.
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
  /// Each direction has its own chance: bytes of one do not change what happens to the other's.
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

std::optional<SerialDirection> read_serial_direction(const Value& value) {
  return value.word<SerialDirection>({{"rx", SerialDirection::rx}, {"tx", SerialDirection::tx}});
}

void NoiseChange::apply(SerialNoise& line) const {
  if (rx) line.rx = *rx;
  if (tx) line.tx = *tx;
}

std::shared_ptr<const Action> read_serial(const Value& action) {
  const Value serial = action["serial"];
  auto read = std::make_shared<SerialAction>();
  serial["drop"].read(read->noise.drop);
  serial["garble"].read(read->noise.garble);
  serial["duplicate"].read(read->noise.duplicate);
  read->direction = read_serial_direction(serial["direction"]);
  action["for"].read(read->span);
  return read;
}

}  // namespace sim800
