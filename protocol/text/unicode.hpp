// Conversions between UTF-8 (scenario files), UTF-16 (text inside the module) and UCS-2 octets (messages on the air).
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Invalid UTF-8 becomes U+FFFD.
std::u16string from_utf8(std::string_view text);
/// An unpaired surrogate becomes U+FFFD.
std::string to_utf8(std::u16string_view text);

/// Two octets per unit, high octet first.
std::string to_octets(std::u16string_view text);
/// A trailing odd octet is dropped.
std::u16string from_octets(std::string_view octets);

constexpr bool is_high_surrogate(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace sim800
