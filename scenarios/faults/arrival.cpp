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
  using Happens = std::function<void(Modem&, const std::string& from, const std::string& text)>;
  explicit Arrival(Happens h) : happens(std::move(h)) {}
  void apply(Stage& stage) const override {
    stage.effects.soon([&modem = stage.modem, act = happens, who = stage.text(from), what = stage.text(text)] {
      act(modem, who, what);
    });
    if (inside && stage.command != nullptr) stage.command->let_in = true;
  }
  Happens happens;
  std::string from, text;
  bool inside = false;  ///< the response of the command that triggers it
};

}  // namespace

std::shared_ptr<const Action> message_from(const std::string& number, const std::string& text, bool inside) {
  auto made = std::make_shared<Arrival>(
      [](Modem& modem, const std::string& from, const std::string& said) { modem.sms->receive(from, said); });
  made->from = number;
  made->text = text;
  made->inside = inside;
  return made;
}

std::shared_ptr<const Action> call_from(const std::string& number, unsigned rings) {
  auto made = std::make_shared<Arrival>([rings](Modem& modem, const std::string& from, const std::string& /*text*/) {
    modem.calls->receive(from, rings);
  });
  made->from = number;
  return made;
}

std::shared_ptr<const Action> read_sms(const Value& action) {
  return message_from(action["sms"]["from"].text().value_or(""), action["sms"]["text"].text().value_or(""),
                      action["place"].text() == "inside");
}

std::shared_ptr<const Action> read_call(const Value& action) {
  return call_from(action["call"]["from"].text().value_or(""),
                   static_cast<unsigned>(action["call"]["rings"].integer().value_or(0)));
}

std::shared_ptr<const Action> read_ussd(const Value& action) {
  auto read = std::make_shared<Arrival>(
      [](Modem& modem, const std::string& /*from*/, const std::string& text) { modem.ussd->receive(text); });
  action["ussd"]["text"].read(read->text);
  return read;
}

}  // namespace sim800
