// Rate and framing as a terminal's settings have them (termios(3)).
// SPDX-License-Identifier: MIT
#pragma once

#include <termios.h>

#include "protocol/at/modem_lines.hpp"

namespace sim800 {

/// A rate that has no name in termios is 0.
Framing framing_of(const termios& settings);
/// False, and nothing has changed, where termios has no name for the rate.
bool set_framing(termios& settings, const Framing& framing);

}  // namespace sim800
