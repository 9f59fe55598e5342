// Whether the phone book can be read.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "protocol/at/result.hpp"

namespace sim800 {

class Modem;

/// Why not: as the card says, and until Call Ready because it is being read from there.
std::optional<Result> phone_book_refusal(Modem& modem);

}  // namespace sim800
