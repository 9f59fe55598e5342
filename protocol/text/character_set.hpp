// The character sets a host may choose with AT+CSCS (AT manual 3.2.12, 27.007 5.5).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

enum class CharacterSet : std::uint8_t {
  ira,     ///< ITU-T T.50, which is ASCII
  gsm,     ///< the GSM alphabet's own numbers: `@` is 00
  ucs2,    ///< four hexadecimal digits per character
  hex,     ///< two hexadecimal digits per septet
  pccp,    ///< PC code page 437
  pcdn,    ///< PC Danish/Norwegian, code page 865
  latin1,  ///< ISO 8859-1
};

/// The set of that name, as AT+CSCS takes it; IRA for any other.
CharacterSet find_character_set(std::string_view name);

/// What the host typed, as text; nothing where it is no text of that set (UCS2, HEX).
std::optional<std::u16string> decode(CharacterSet set, std::string_view typed);
/// Text as the host sees it; what the set lacks becomes `?`.
std::string encode(CharacterSet set, std::u16string_view text);

}  // namespace sim800
