// A handler that answers at once, made one that takes its time.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/task.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {

/// {.read = delayed<Latency::sensor, show_adc>}: the handler `act`, after that latency.
template <Latency which, Handler::Act act>
Task<Result> delayed(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[which]);
  co_return act(cmd);
}

}  // namespace sim800
