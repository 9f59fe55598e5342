// Calls with other modules of the run: what the network tells of the far end.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"

namespace sim800 {
namespace {

constexpr unsigned max_hops = 5;  // of a forwarded call
constexpr int cause_busy = 17;    // 24.008 10.5.4.11

}  // namespace

void CallService::called(CallLeg leg, const CallOffer& offer) {
  const Refusal refused = refusal(offer);
  if (refused.barred) environment_.plmn->notify(leg, CallNotice::incoming_barred);
  const Forwarding* elsewhere = refused.barred ? nullptr : forwarding_for(refused.cause);
  if (elsewhere != nullptr) return environment_.plmn->forward(leg, elsewhere->number);
  if (refused.cause != 0) return environment_.plmn->release(leg, refused.cause);
  let_in(offer, 0, leg);
}

void CallService::far_rings(CallLeg leg, bool waits) {
  Connection* const call = find_leg(leg);
  if (call == nullptr) return;
  alert(*call);
  if (waits) tell_caller(*call, "+CSSI: 3");
}

void CallService::far_answers(CallLeg leg) {
  if (const Connection* call = find_leg(leg)) connect(call->id);
}

void CallService::far_holds(CallLeg leg, bool held) {
  if (find_leg(leg) == nullptr || settings_.number(key::cssn_m) != 1) return;
  environment_.urc(held ? "+CSSU: 2" : "+CSSU: 3", nullptr);
}

void CallService::far_presses(CallLeg leg, char key) {
  const Connection* const call = find_leg(leg);
  if (call != nullptr && call->state == State::active) remote_digits({&key, 1});
}

void CallService::far_notifies(CallLeg leg, CallNotice notice) {
  const Connection* const call = find_leg(leg);
  if (call == nullptr) return;
  if (notice == CallNotice::incoming_barred) return tell_caller(*call, "+CSSI: 6");
  if (settings_.number(key::cssn_m) != 1) return;
  environment_.urc(notice == CallNotice::multiparty ? "+CSSU: 4" : "+CSSU: 8", nullptr);
}

void CallService::far_forwards(CallLeg leg, const std::string& number) {
  Connection* const call = find_leg(leg);
  if (call == nullptr) return;
  call->leg = 0;
  forward(*call, number);
}

/// The network tries another number.
void CallService::forward(Connection& call, const std::string& number) {
  call.reached = number;
  if (++call.hops > max_hops) return end(call.id, cause_busy, false);
  tell_caller(call, "+CSSI: 2");
  set_up(call.id);
}

void CallService::far_ends(CallLeg leg, int cause) {
  Connection* const call = find_leg(leg);
  if (call == nullptr) return;
  call->leg = 0;
  end(call->id, cause, false);
}

void CallService::press(char key) {
  for (const Connection& call : connections_) {
    if (call.state == State::active && call.leg != 0) environment_.plmn->press(call.leg, key);
  }
}

}  // namespace sim800
