// What the codes of 22.030 do, typed with ATD.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/calls/service_code.hpp"
#include "emulator/core/task.hpp"

namespace sim800 {

/// Answered as the AT command for the same service would be.
Task<Result> run_service_code(Invocation& cmd, ServiceCode code);
/// What the network does and says, without a word to the host: SEND SS of the card. Codes that are none of the
/// network's are refused.
Result run_code_for_card(Modem& modem, Channel& asker, const ServiceCode& code);

}  // namespace sim800
