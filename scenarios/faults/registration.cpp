// The registration state that the network gives: {"registration": "denied"}.
// SPDX-License-Identifier: MIT
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct RegistrationAction final : Action {
  explicit RegistrationAction(Registration r) : registration(r) {}
  void apply(Stage& stage) const override {
    if (registration != Registration::home && registration != Registration::roaming) stage.strand_transfer();
    stage.modem.network->set_registration(registration);
  }
  Registration registration;
};

}  // namespace

std::optional<Registration> read_registration_word(const Value& value) {
  using enum Registration;
  return value.word<Registration>(
      {{"home", home}, {"roaming", roaming}, {"searching", searching}, {"denied", denied}, {"unknown", unknown}});
}

std::shared_ptr<const Action> read_registration(const Value& action) {
  return std::make_shared<RegistrationAction>(
      read_registration_word(action["registration"]).value_or(Registration::unknown));
}

}  // namespace sim800
