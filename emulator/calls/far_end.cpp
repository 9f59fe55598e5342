// The far end of a call, as somebody outside has it act.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/plmn/call_cause.hpp"

namespace sim800 {
namespace {

bool makes_sense(FarEnd what, const CallService::Connection& call) {
  using enum FarEnd;
  switch (what) {
    case answers:
    case is_busy:
    case does_not_answer: return !call.from_network && !call.connected();
    case holds: return call.connected() && !call.on_hold;
    case retrieves: return call.connected() && call.on_hold;
    case joins:
    case transfers: return call.connected();
    case hangs_up: return true;
  }
  return false;
}

}  // namespace

bool CallService::far_end(int id, FarEnd what) {
  using enum FarEnd;
  Connection* const call = find(id);
  if (call == nullptr || call->leg != 0 || !makes_sense(what, *call)) return false;
  switch (what) {
    case answers: connect(id); break;
    case is_busy: end(id, call_cause::busy, false); break;
    case does_not_answer: end(id, call_cause::no_answer, false); break;
    case hangs_up: end(id, call_cause::normal, false); break;
    case holds: put_on_hold(*call, true); break;
    case retrieves: put_on_hold(*call, false); break;
    case joins: notify(*call, CallNotice::multiparty); break;
    case transfers: notify(*call, CallNotice::transferred); break;
  }
  return true;
}

}  // namespace sim800
