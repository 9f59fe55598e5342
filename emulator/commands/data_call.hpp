// How ATD*99# and AT+CGDATA begin a data call.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/ppp/ppp_service.hpp"

namespace sim800 {

/// CONNECT at once, behind +CR if AT+CR wants it (27.007 6.9), and PPP behind that.
inline Result begin_data_call(Invocation& cmd, unsigned cid, bool subscribed) {
  if (cmd.modem.settings.number(key::cr) == 1) cmd.line("+CR: GPRS");
  cmd.modem.ppp->connect(cmd.channel, cid, subscribed);
  return Code::connect;
}

}  // namespace sim800
