// Findings of the driver lint in words.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/lint/linter.hpp"

namespace sim800 {

/// In one line: "early-line: AT+CSQ 0.010 s after AT+CIPSHUT, before its final result (manual 1.4.5), 3 times".
std::string text_of(const Finding& finding);

}  // namespace sim800
