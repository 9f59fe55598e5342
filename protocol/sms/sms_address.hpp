// Addresses in messages: numbers and names (3GPP TS 23.040 9.1.2.5, 24.011 8.2.5.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// A number, or a sender's name, with its type-of-address octet.
struct SmsAddress {
  static constexpr std::uint8_t unknown = 129, international = 145, alphanumeric = 208;

  std::uint8_t type = unknown;
  std::u16string digits;  ///< 0-9 * # a b c, without the + of an international number; or the name

  bool operator==(const SmsAddress&) const = default;

  bool is_name() const { return (type & 0x70) == 0x50; }
  bool is_international() const { return (type & 0x70) == 0x10; }
  /// As displayed: "+4912345", "10086", "INFO".
  std::u16string text() const;
};

/// Longest number in digits; the longest name has 11 characters of the GSM alphabet.
inline constexpr std::size_t max_address_digits = 20;

/// A number as typed, with or without +; nothing for other text. `type` is the octet the host gave.
std::optional<SmsAddress> parse_number_address(std::u16string_view text,
                                               std::optional<std::uint8_t> type = std::nullopt);
/// A sender: a number, or else a name, truncated to what a message can hold.
SmsAddress parse_sender(std::u16string_view text);

/// As in a TPDU: number of half octets, type, half octets.
std::string encode_address(const SmsAddress& address);
/// Takes one from the front; nothing if the octets end too soon, or it has more than 20 digits.
std::optional<SmsAddress> take_address(std::string_view& octets);

/// As before a TPDU: number of octets that follow, type, half octets. No address is a zero.
std::string encode_centre(const std::optional<SmsAddress>& address);
/// Takes it from the front. False if the octets end too soon.
bool take_centre(std::string_view& octets, std::optional<SmsAddress>& address);

}  // namespace sim800
