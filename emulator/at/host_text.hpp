// Text as the host sees it, in the character set selected by AT+CSCS. Inside the module it is UTF-8.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/at/settings.hpp"

namespace sim800 {

/// Typed text; nothing if it is not valid in the host's character set (UCS2, HEX).
std::optional<std::string> text_from_host(const Settings& settings, std::string_view typed);
/// Characters missing in the character set become `?`.
std::string text_for_host(const Settings& settings, std::string_view utf8);

/// A phone book name: likewise, with \5C \22 \08 \00 for characters that would break the line (AT manual 3.2.27).
std::optional<std::string> name_from_host(const Settings& settings, std::string_view typed);
std::string escaped_for_host(const Settings& settings, std::string_view utf8);
/// The name that goes with a number, <alpha> of +CLIP, +CLCC, +CMT and others: likewise, or nothing under AT+CCPD=0.
std::string alpha_for_host(const Settings& settings, std::string_view utf8);

/// A USSD code: some hosts type it in plain text even under UCS2. Nothing if what the module sends is no code: under
/// HEX it takes plain text for digits. `wide`: the host says that it is in UCS2 (27.007 7.15).
std::optional<std::string> code_from_host(const Settings& settings, std::string_view typed, bool wide);
/// A phone number: under UCS2 some hosts encode it, others type it in plain text.
std::string number_from_host(const Settings& settings, std::string_view typed);

/// A text from the network: sent in the GSM alphabet if that has all its characters, else in UCS-2, which the host sees
/// as hexadecimal digits in any character set.
struct NetworkText {
  std::string text;
  bool is_ucs2 = false;
};
NetworkText network_text_for_host(const Settings& settings, std::string_view utf8);

}  // namespace sim800
