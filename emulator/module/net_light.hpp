// The net light: off, or the rhythm in which it blinks (AT+CNETLIGHT, AT+SLEDS, AT+CSGS; AT manual 6.2.47, 6.2.50,
// 6.2.54).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/duration.hpp"

namespace sim800 {

class Modem;

struct NetLight {
  Duration on{}, off{};  ///< both zero: it does not blink, and is off
  bool operator==(const NetLight&) const = default;
};

/// Follows from the module's state; the module itself does nothing for it.
NetLight net_light(const Modem& modem);

}  // namespace sim800
