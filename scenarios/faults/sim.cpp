// The card, for a while or for good: {"sim": "removed", "for": "5s"}, "inserted", "locked".
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct SimAction final : Action {
  void apply(Stage& stage) const override {
    if (card != Card::inserted) stage.strand_transfer();
    stage.effects.change_card(card, span);
  }
  Card card = Card::inserted;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_sim(const Value& action) {
  auto read = std::make_shared<SimAction>();
  action["sim"].read(read->card, {{"removed", Card::removed}, {"inserted", Card::inserted}, {"locked", Card::locked}});
  action["for"].read(read->span);
  if (read->card == Card::locked && action["for"])
    action["for"].refuse_name("\"for\" beside \"removed\" or \"inserted\"", "it beside \"locked\"",
                              "only AT+CPIN unlocks a card");
  return read;
}

}  // namespace sim800
