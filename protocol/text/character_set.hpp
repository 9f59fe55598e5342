// The character sets that a host can select with AT+CSCS (AT manual 3.2.12, 27.007 5.5).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

enum class CharacterSet : std::uint8_t {
  ira,     ///< ITU-T T.50, which is ASCII
  gsm,     ///< the GSM alphabet's own codes: `@` is 00
  ucs2,    ///< four hexadecimal digits per character
  hex,     ///< two hexadecimal digits per septet
  pccp,    ///< PC code page 437
  pcdn,    ///< PC Danish/Norwegian, code page 865
  latin1,  ///< ISO 8859-1
};

/// The set of this name, as in AT+CSCS; IRA for any other name.
CharacterSet find_character_set(std::string_view name);

/// Typed bytes as text; nothing if they are not valid in this set (UCS2, HEX).
std::optional<std::u16string> decode(CharacterSet set, std::string_view typed);
/// Text as the host sees it; characters missing in the set become `?`.
std::string encode(CharacterSet set, std::u16string_view text);

}  // namespace sim800
