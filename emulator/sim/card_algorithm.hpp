// What a card of the scenario makes of the network's challenge.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

struct Authentication {
  std::string response;  ///< SRES, four bytes
  std::string key;       ///< Kc, eight bytes
};

/// The test algorithm of 34.108 8.1.2 on a key in hexadecimal and 16 bytes of challenge: both combined by XOR.
Authentication authenticate(std::string_view ki, std::string_view challenge);

}  // namespace sim800
