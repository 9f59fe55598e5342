// Small parts of toolkit commands and responses.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/sim/card_coding.hpp"
#include "protocol/sim/proactive.hpp"

namespace sim800 {

/// Type and digits: "+4912345"; nothing: "".
inline std::string number_in(const std::optional<std::string>& address) {
  if (!address || address->empty()) return {};
  const bool international = (static_cast<unsigned char>((*address)[0]) & 0x70U) == 0x10U;
  return (international ? "+" : "") + decode_digits(std::string_view(*address).substr(1));
}

/// A data coding scheme of 23.038, then the string.
inline std::u16string ussd_in(const std::optional<std::string>& bytes) {
  if (!bytes || bytes->empty()) return {};
  const auto coding = static_cast<unsigned char>((*bytes)[0]);
  const bool general = coding >= 0x40 && coding < 0x80, wide = general && (coding & 0x0cU) == 0x08U;
  const bool octets = (general && (coding & 0x0cU) == 0x04U) || coding == 0xf4;
  const std::uint8_t as = wide ? 0x08 : octets ? 0x04 : 0x00;
  return ToolkitText{.coding = as, .bytes = bytes->substr(1)}.text();
}

/// A mobile identity (24.008 10.5.1.4): the first digit beside the type and the parity.
inline std::string imei_octets(std::string_view imei) {
  constexpr unsigned imei_of_odd_length = 0xa;
  std::string octets = encode_digits("0" + std::string(imei), 8);
  octets[0] = static_cast<char>((static_cast<unsigned char>(octets[0]) & 0xf0U) | imei_of_odd_length);
  return octets;
}

inline TerminalResponse plain(std::uint8_t result) { return {.result = result}; }
inline TerminalResponse unable_to(std::uint8_t cause) {
  TerminalResponse response = plain(TerminalResponse::unable);
  response.additional = static_cast<char>(cause);
  return response;
}

}  // namespace sim800
