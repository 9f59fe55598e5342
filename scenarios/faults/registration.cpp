// The registration state that the network gives: {"registration": "denied", "for": "30s"}.
// SPDX-License-Identifier: MIT
#include "emulator/core/world.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct RegistrationAction final : Action {
  RegistrationAction(Registration r, std::optional<Duration> s) : registration(r), span(s) {}
  void apply(Stage& stage) const override {
    if (registration != Registration::home && registration != Registration::roaming) stage.strand_transfer();
    stage.effects.change_registration(registration, span);
  }
  Registration registration;
  std::optional<Duration> span;
};

}  // namespace

std::optional<Registration> read_registration_word(const Value& value) {
  using enum Registration;
  return value.word<Registration>(
      {{"home", home}, {"roaming", roaming}, {"searching", searching}, {"denied", denied}, {"unknown", unknown}});
}

std::shared_ptr<const Action> read_registration(const Value& action) {
  return std::make_shared<RegistrationAction>(
      read_registration_word(action["registration"]).value_or(Registration::unknown), action["for"].duration());
}

}  // namespace sim800
