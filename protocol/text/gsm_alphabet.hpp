// The GSM 7-bit default alphabet and its packing into octets (3GPP TS 23.038, 6.1.2 and 6.2.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Precedes a character of the extension table.
inline constexpr char gsm_escape = 0x1B;

/// The one or two septets of a character; nothing if the default alphabet and its extension lack it.
std::optional<std::string> gsm_septets(char16_t character);
/// Text as septets, one per char; characters missing in the alphabet become `?`.
std::string to_gsm(std::u16string_view text);
/// Whether the alphabet has every character of the text.
bool fits_gsm(std::u16string_view text);
/// Septets as text. An undefined extension shows the character of the basic table.
std::u16string from_gsm(std::string_view septets);

/// Packs eight septets into seven octets. The first septet starts `fill` bits (0 to 6) into the first octet, after a
/// header that ends within a septet.
std::string pack_septets(std::string_view septets, unsigned fill = 0);
/// The first `count` septets, or fewer if there are fewer.
std::string unpack_septets(std::string_view octets, std::size_t count, unsigned fill = 0);

}  // namespace sim800
