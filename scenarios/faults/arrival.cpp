// Something arrives: {"sms": {"from": "+…", "text": "…"}}, {"call": {"from": "+…"}}, {"ussd": {"text": "…"}}; or the
// far end of a call acts: {"call": {"state": "answered"}}, {"call": {"dtmf": "12#"}}.
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

/// Of the first call that can do so.
void act_at_far_end(Modem& modem, FarEnd what) {
  for (const CallService::Connection& call : modem.calls->connections()) {
    if (modem.calls->far_end(call.id, what)) return;
  }
}

}  // namespace

std::shared_ptr<const Action> message_from(const std::string& number, const std::string& text) {
  auto made = std::make_shared<Arrival>(
      [](Modem& modem, const std::string& from, const std::string& said) { modem.sms->receive(from, said); });
  made->from = number;
  made->text = text;
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
  ArrivingMessage message = read_message(action["sms"]);
  const std::string number = message.sms.from, said = message.sms.text;
  auto made = std::make_shared<Arrival>(
      [message = std::move(message)](Modem& modem, const std::string& from, const std::string& text) {
        ArrivingMessage now = message;
        now.sms.from = from;
        now.sms.text = text;
        now.arrive(*modem.sms);
      });
  made->from = number;
  made->text = said;
  made->inside = action["place"].text() == "inside";
  return made;
}

std::shared_ptr<const Action> read_call(const Value& action) {
  const Value call = action["call"];
  const auto rings = call["rings"].integer();
  if (call["tone"] && !call["dtmf"] && !call["single_tone"])
    call["tone"].refuse_name("\"dtmf\" or \"single_tone\" beside \"tone\"", "none");
  if (const auto from = call["from"].text()) {
    const bool forwarded = call["forwarded"].flag().value_or(false);
    const bool in_group = call["closed_user_group"].flag().value_or(false);
    auto arrives = std::make_shared<Arrival>(
        [rings, forwarded, in_group](Modem& modem, const std::string& who, const std::string& /*text*/) {
          CallOffer offer{.from = who, .forwarded = forwarded, .group = {}};
          if (who.empty()) offer.shown = CallOffer::Number::withheld;
          if (in_group)
            offer.group = modem.world.network.services.group ? modem.world.network.services.group->index : 0;
          modem.calls->receive(offer, static_cast<unsigned>(rings.value_or(0)));
        });
    arrives->from = *from;
    return arrives;
  }
  if (rings) call["rings"].refuse_name("\"from\" beside \"rings\"", "none");
  auto made = std::make_shared<Arrival>(nullptr);
  if (const auto what = read_far_end(call["state"])) {
    made->happens = [what = *what](Modem& modem, const std::string&, const std::string&) {
      act_at_far_end(modem, what);
    };
  } else {
    // Their names are those that the service has for the two frequencies.
    const auto frequency = call["single_tone"].integer();
    made->text = frequency ? (*frequency == 1400 ? "E" : "F") : call["dtmf"].text().value_or("");
    const auto length = call["tone"].duration();
    made->happens = [length](Modem& modem, const std::string&, const std::string& keys) {
      modem.calls->remote_digits(keys, length);
    };
  }
  return made;
}

std::optional<FarEnd> read_far_end(const Value& state) {
  using enum FarEnd;
  return state.word<FarEnd>({{"answered", answers},
                             {"busy", is_busy},
                             {"no-answer", does_not_answer},
                             {"ended", hangs_up},
                             {"held", holds},
                             {"retrieved", retrieves},
                             {"multiparty", joins},
                             {"transferred", transfers}});
}

std::shared_ptr<const Action> read_ussd(const Value& action) {
  const bool asks = action["ussd"]["reply_expected"].flag().value_or(false);
  auto read = std::make_shared<Arrival>(
      [asks](Modem& modem, const std::string& /*from*/, const std::string& text) { modem.ussd->receive(text, asks); });
  action["ussd"]["text"].read(read->text);
  return read;
}

}  // namespace sim800
