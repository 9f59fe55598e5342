// The card has something for the module: {"toolkit": {"display_text": "…"}}.
// SPDX-License-Identifier: MIT
#include <utility>

#include "emulator/module/toolkit_service.hpp"
#include "scenarios/faults/actions.hpp"
#include "scenarios/faults/toolkit_steps.hpp"

namespace sim800 {
namespace {

struct CardSpeaks final : Action {
  explicit CardSpeaks(ToolkitSteps given) : steps(std::make_shared<const ToolkitSteps>(std::move(given))) {}
  void apply(Stage& stage) const override {
    stage.effects.soon([&modem = stage.modem, said = steps] { modem.toolkit->send(said); });
  }
  std::shared_ptr<const ToolkitSteps> steps;
};

}  // namespace

std::shared_ptr<const Action> read_toolkit(const Value& action) {
  return std::make_shared<CardSpeaks>(read_toolkit_steps(action["toolkit"]));
}

}  // namespace sim800
