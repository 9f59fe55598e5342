// An unsolicited line: {"urc": "+CMTI: \\"SM\\",1", "place": "inside"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Urc final : Action {
  enum class Place : std::uint8_t { before, inside, after };
  Urc(std::string t, std::optional<Place> p) : text(std::move(t)), place(p) {}
  /// Without a command and without a place it comes at once; with a place, around the next command's response.
  void apply(Stage& stage) const override {
    std::string said = stage.text(text);
    if (stage.command == nullptr && !place)
      return stage.effects.soon([&modem = stage.modem, line = std::move(said)] { modem.urc(line); });
    CommandVerdict& command = stage.any_command();
    switch (place.value_or(Place::after)) {
      case Place::before: return command.before.push_back(std::move(said));
      case Place::inside: return command.inside.push_back(std::move(said));
      case Place::after: return command.after.push_back(std::move(said));
    }
  }
  Needs needs() const override { return {.commands = place.has_value()}; }
  std::string text;
  std::optional<Place> place;
};

}  // namespace

std::shared_ptr<const Action> read_urc(const Value& action) {
  using enum Urc::Place;
  const auto place = action["place"].word<Urc::Place>({{"before", before}, {"inside", inside}, {"after", after}});
  return std::make_shared<Urc>(action["urc"].text().value_or(""), place);
}

}  // namespace sim800
