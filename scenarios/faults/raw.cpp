// Bytes as they are, in hexadecimal: {"raw": "0D0A455252", "place": "inside"}.
// SPDX-License-Identifier: MIT
#include "protocol/text/hex.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Raw final : Action {
  enum class Place : std::uint8_t { before, inside, after };
  /// Without a command and without a place they come at once, in the middle of whatever there is.
  void apply(Stage& stage) const override {
    if (stage.command == nullptr && !place)
      return stage.effects.soon([&modem = stage.modem, said = bytes] { modem.say_raw(said); });
    CommandVerdict& command = stage.any_command();
    switch (place.value_or(Place::after)) {
      case Place::before: command.raw_before += bytes; return;
      case Place::inside: command.raw_inside += bytes; return;
      case Place::after: command.raw_after += bytes; return;
    }
  }
  Needs needs() const override { return {.commands = place.has_value()}; }
  std::string bytes;
  std::optional<Place> place;
};

}  // namespace

std::shared_ptr<const Action> read_raw(const Value& action) {
  auto read = std::make_shared<Raw>();
  read->bytes = from_hex(action["raw"].text().value_or("")).value_or("");
  using enum Raw::Place;
  read->place = action["place"].word<Raw::Place>({{"before", before}, {"inside", inside}, {"after", after}});
  return read;
}

}  // namespace sim800
