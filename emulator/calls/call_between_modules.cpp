// Calls with other modules of the run: what the network tells of the far end.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/plmn/call_cause.hpp"

namespace sim800 {
namespace {

constexpr unsigned max_hops = 5;  // of a forwarded call

}  // namespace

void CallService::called(CallLeg leg, const CallOffer& given) {
  const CallOffer offer = presented(given);
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
  if (Connection* const call = find_leg(leg)) put_on_hold(*call, held);
}

void CallService::far_presses(CallLeg leg, char key) {
  const Connection* const call = find_leg(leg);
  if (call != nullptr) remote_digits({&key, 1}, {}, call->id);
}

void CallService::far_notifies(CallLeg leg, CallNotice notice) {
  if (const Connection* const call = find_leg(leg)) notify(*call, notice);
}

void CallService::notify(const Connection& call, CallNotice notice) {
  if (notice == CallNotice::incoming_barred) return tell_caller(call, "+CSSI: 6");
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
  if (++call.hops > max_hops) return end(call.id, call_cause::busy, false);
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
