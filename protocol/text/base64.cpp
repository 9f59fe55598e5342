// SPDX-License-Identifier: MIT
#include "protocol/text/base64.hpp"

#include <cstdint>

namespace sim800 {

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view part = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t n = 0; n < 3; ++n)
      bits = bits << 8U | (n < part.size() ? static_cast<unsigned char>(part[n]) : 0U);
    for (std::size_t n = 0; n < 4; ++n) text += n <= part.size() ? digits[bits >> (18 - 6 * n) & 63U] : '=';
  }
  return text;
}

}  // namespace sim800
