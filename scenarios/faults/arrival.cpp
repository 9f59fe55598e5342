// Something arrives: {"sms": {"from": "+…", "text": "…"}}, {"call": {"from": "+…"}}, {"ussd": {"text": "…"}}.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/sms/sms_service.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// On a fresh stack: it may end what a command has started.
struct Arrival final : Action {
  explicit Arrival(std::function<void(Modem&)> h) : happens(std::move(h)) {}
  void apply(Stage& stage) const override {
    stage.effects.soon([&modem = stage.modem, act = happens] { act(modem); });
  }
  std::function<void(Modem&)> happens;
};

}  // namespace

std::shared_ptr<const Action> read_sms(const Value& action) {
  const Value sms = action["sms"];
  return std::make_shared<Arrival>([from = sms["from"].text().value_or(""), text = sms["text"].text().value_or("")](
                                       Modem& modem) { modem.sms->receive(from, text); });
}

std::shared_ptr<const Action> read_call(const Value& action) {
  const Value call = action["call"];
  return std::make_shared<Arrival>([from = call["from"].text().value_or(""),
                                    rings = static_cast<unsigned>(call["rings"].integer().value_or(0))](Modem& modem) {
    modem.calls->receive(from, rings);
  });
}

std::shared_ptr<const Action> read_ussd(const Value& action) {
  return std::make_shared<Arrival>(
      [text = action["ussd"]["text"].text().value_or("")](Modem& modem) { modem.ussd->receive(text); });
}

}  // namespace sim800
