// How a card writes names, numbers and network codes (51.011 10.5.1, Annex B, 10.3.4).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// A name in `size` bytes, padded with FF: in the GSM alphabet if it has all characters, else 80 and UCS2; what does
/// not fit is cut.
std::string encode_alpha(std::u16string_view text, std::size_t size);
/// Without padding, in as many bytes as it takes.
std::string encode_alpha(std::u16string_view text);
/// Also in the two other UCS2 codings (81, 82).
std::u16string decode_alpha(std::string_view bytes);

/// Two digits per byte, the first in the low half, F where there is none: `*` is A, `#` B, pause C, wild card D.
std::string encode_digits(std::string_view digits, std::size_t bytes);
/// Up to the first F.
std::string decode_digits(std::string_view bytes);

/// The octet before a number: type of number and numbering plan.
inline constexpr std::uint8_t international_number = 0x91, unknown_number = 0x81;

/// Three bytes: "46000" is 64F000; FFFFFF if it is none.
std::string encode_plmn(std::string_view plmn);
/// Empty for FFFFFF and other rubbish.
std::string decode_plmn(std::string_view bytes);

/// A record of ADN, FDN, SDN, BDN, LND or MSISDN.
struct DiallingNumber {
  std::u16string name;
  std::uint8_t type = unknown_number;
  std::string digits;  ///< without "+"; longer than 20: the rest is in an extension record

  static constexpr std::size_t tail = 14;  ///< bytes behind the name
  static constexpr std::size_t most_digits = 20;
  bool operator==(const DiallingNumber&) const = default;
};
/// Empty where nothing is stored: all FF.
std::string encode_record(const std::optional<DiallingNumber>& number, std::size_t length, std::uint8_t extension);
/// `extension`: the number of its extension record, FF for none. Nothing if the record is empty or holds no number.
std::optional<DiallingNumber> decode_record(std::string_view record, std::uint8_t& extension);

}  // namespace sim800
