// SPDX-License-Identifier: MIT
#include "emulator/sim/card_algorithm.hpp"

#include <cstddef>

#include "protocol/text/hex.hpp"

namespace sim800 {

Authentication authenticate(std::string_view ki, std::string_view challenge) {
  std::string out = from_hex(ki).value_or("");
  out.resize(16, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ challenge[i]);
  const auto at = [&out](std::size_t i) { return static_cast<unsigned char>(out[i % 16]); };
  Authentication made{.response = out.substr(0, 4), .key = {}};
  // Kc is c3 (33.102 6.8.1.2) of CK and IK, which are the result turned by one and by two bytes.
  for (std::size_t i = 0; i < 8; ++i) made.key += static_cast<char>(at(i + 1) ^ at(i + 9) ^ at(i + 2) ^ at(i + 10));
  return made;
}

}  // namespace sim800
