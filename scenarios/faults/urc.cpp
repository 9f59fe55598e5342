// An unsolicited line: {"urc": "+CMTI: \\"SM\\",1", "place": "inside"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Urc final : Action {
  enum class Place : std::uint8_t { before, inside, after };
  Urc(std::string t, Place p) : text(std::move(t)), place(p) {}
  void apply(Stage& stage) const override {
    if (stage.command == nullptr) return stage.effects.soon([&modem = stage.modem, said = text] { modem.urc(said); });
    switch (place) {
      case Place::before: return stage.command->before.push_back(text);
      case Place::inside: return stage.command->inside.push_back(text);
      case Place::after: return stage.command->after.push_back(text);
    }
  }
  std::string text;
  Place place;
};

}  // namespace

std::shared_ptr<const Action> read_urc(const Value& action) {
  using enum Urc::Place;
  const auto place = action["place"].word<Urc::Place>({{"before", before}, {"inside", inside}, {"after", after}});
  return std::make_shared<Urc>(action["urc"].text().value_or(""), place.value_or(after));
}

}  // namespace sim800
