// The far end of a call, as somebody outside has it act.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/plmn/call_cause.hpp"

namespace sim800 {

bool CallService::far_end(int id, FarEnd what) {
  Connection* const call = find(id);
  if (call == nullptr || call->leg != 0) return false;
  if (what == FarEnd::hangs_up) {
    end(id, call_cause::normal, false);
    return true;
  }
  if (what == FarEnd::holds || what == FarEnd::retrieves) {
    const bool holds = what == FarEnd::holds;
    if (!call->connected() || call->on_hold == holds) return false;
    put_on_hold(*call, holds);
    return true;
  }
  if (what == FarEnd::joins || what == FarEnd::transfers) {
    if (!call->connected()) return false;
    notify(*call, what == FarEnd::joins ? CallNotice::multiparty : CallNotice::transferred);
    return true;
  }
  if (call->from_network || call->connected()) return false;
  switch (what) {
    case FarEnd::answers: connect(id); break;
    case FarEnd::is_busy: end(id, call_cause::busy, false); break;
    case FarEnd::does_not_answer: end(id, call_cause::no_answer, false); break;
    case FarEnd::holds:
    case FarEnd::retrieves:
    case FarEnd::joins:
    case FarEnd::transfers:
    case FarEnd::hangs_up: break;
  }
  return true;
}

}  // namespace sim800
