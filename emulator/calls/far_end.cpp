// The far end of a call, as somebody outside has it act.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"

namespace sim800 {
namespace {

constexpr int cause_normal = 16, cause_busy = 17, cause_no_answer = 19;  // 24.008 10.5.4.11

}  // namespace

bool CallService::far_end(int id, FarEnd what) {
  const Connection* const call = find(id);
  if (call == nullptr || call->leg != 0) return false;
  if (what == FarEnd::hangs_up) {
    end(id, cause_normal, false);
    return true;
  }
  if (what == FarEnd::holds || what == FarEnd::retrieves) {
    if (!call->connected()) return false;
    if (settings_.number(key::cssn_m) == 1) environment_.urc(what == FarEnd::holds ? "+CSSU: 2" : "+CSSU: 3", nullptr);
    return true;
  }
  if (call->from_network || call->connected()) return false;
  switch (what) {
    case FarEnd::answers: connect(id); break;
    case FarEnd::is_busy: end(id, cause_busy, false); break;
    case FarEnd::does_not_answer: end(id, cause_no_answer, false); break;
    case FarEnd::holds:
    case FarEnd::retrieves:
    case FarEnd::hangs_up: break;
  }
  return true;
}

}  // namespace sim800
