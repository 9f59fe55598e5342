// What the network thinks of the module: {"registration": "denied"}.
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

Registration registration_of(const std::optional<std::string>& word) {
  if (word == "home") return Registration::home;
  if (word == "roaming") return Registration::roaming;
  if (word == "searching") return Registration::searching;
  return word == "denied" ? Registration::denied : Registration::unknown;
}

}  // namespace

std::shared_ptr<const Action> read_registration(const Entry& action) {
  return std::make_shared<RegistrationAction>(registration_of(action.text("registration")));
}

}  // namespace sim800
