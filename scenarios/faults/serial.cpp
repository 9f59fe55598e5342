// Bytes that are lost, changed or doubled, or come in pieces: {"serial": {"drop": 0.01, "direction": "tx"}, "for":
// "10s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SerialAction final : Action {
  void apply(Stage& stage) const override {
    NoiseChange change;
    change.pieces = pieces;
    if (noisy && direction != SerialDirection::tx) change.rx = with_chance(stage);
    if (noisy && direction != SerialDirection::rx) change.tx = with_chance(stage);
    stage.effects.change_noise(change, span);
  }
  Needs needs() const override { return {.serial_line = true}; }
  /// Each direction has its own chance: bytes of one do not change what happens to the other's.
  Noise with_chance(const Stage& stage) const {
    Noise mine = noise;
    mine.chance = std::make_shared<Chance>(stage.chance.fork());
    return mine;
  }
  Noise noise;
  bool noisy = false;
  std::optional<Pieces> pieces;
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
  if (pieces) line.pieces = *pieces;
}

std::optional<SizeRange> read_size_range(const Value& value) {
  const auto sizes = value.items();
  if (!value || sizes.size() > 2) return std::nullopt;  // the schema has refused more
  const auto least = sizes.front().integer(), most = sizes.back().integer();
  if (!least || !most) return std::nullopt;
  if (*most < *least) sizes.back().refuse("a number no smaller than the one before it");
  return SizeRange{static_cast<std::size_t>(*least), static_cast<std::size_t>(*most)};
}

std::shared_ptr<const Action> read_serial(const Value& action) {
  const Value serial = action["serial"];
  auto read = std::make_shared<SerialAction>();
  serial["drop"].read(read->noise.drop);
  serial["garble"].read(read->noise.garble);
  serial["duplicate"].read(read->noise.duplicate);
  serial["burst"].read(read->noise.burst);
  read->noisy = serial["drop"] || serial["garble"] || serial["duplicate"];
  if (serial["burst"] && !serial["drop"]) serial["burst"].refuse_name("\"drop\" beside \"burst\"", "none");
  if (serial["slice"] || serial["gap"]) {
    read->pieces = Pieces{read_size_range(serial["slice"]), {}};
    serial["gap"].read(read->pieces->gap);
  }
  read->direction = read_serial_direction(serial["direction"]);
  action["for"].read(read->span);
  return read;
}

}  // namespace sim800
