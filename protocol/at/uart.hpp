// What a UART makes of bytes that were sent with another rate or another framing.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "protocol/at/modem_lines.hpp"

namespace sim800 {

/// The bytes that `receiver` finds in a burst of `sender`, bit by bit, with an idle line before and after. A byte with
/// a framing error is delivered as it was read. Both have a rate.
std::string as_heard(std::string_view bytes, const Framing& sender, const Framing& receiver);

}  // namespace sim800
