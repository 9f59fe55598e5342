// Small parts of toolkit commands and responses.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/sim/card_coding.hpp"
#include "protocol/sim/proactive.hpp"
#include "protocol/sms/cell_broadcast.hpp"

namespace sim800 {

/// Type and digits: "+4912345"; nothing: "".
inline std::string number_in(const std::optional<std::string>& address) {
  if (!address || address->empty()) return {};
  const bool international = (static_cast<unsigned char>((*address)[0]) & 0x70U) == 0x10U;
  return (international ? "+" : "") + decode_digits(std::string_view(*address).substr(1));
}

/// A data coding scheme (23.038 chapter 5), then the string.
inline std::u16string ussd_in(const std::optional<std::string>& bytes) {
  if (!bytes || bytes->empty()) return {};
  const SmsAlphabet alphabet = broadcast_alphabet(static_cast<std::uint8_t>((*bytes)[0]));
  const std::uint8_t as = alphabet == SmsAlphabet::ucs2 ? 0x08 : alphabet == SmsAlphabet::octets ? 0x04 : 0x00;
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
