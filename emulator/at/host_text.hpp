// Texts as the host sees them: in the character set that AT+CSCS chose.  Inside the module they are UTF-8.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/at/settings.hpp"

namespace sim800 {

/// What the host typed; nothing where it is no text of its character set (UCS2, HEX).
std::optional<std::string> text_from_host(const Settings& settings, std::string_view typed);
/// What the character set lacks becomes `?`.
std::string text_for_host(const Settings& settings, std::string_view utf8);

/// A name of the phone book: likewise, with \5C \22 \08 \00 for what would break the line (AT manual 3.2.27).
std::optional<std::string> name_from_host(const Settings& settings, std::string_view typed);
std::string escaped_for_host(const Settings& settings, std::string_view utf8);
/// A USSD code: hosts type it plain under UCS2 and HEX too.
std::string code_from_host(const Settings& settings, std::string_view typed);
/// A telephone number: under UCS2 some hosts type it in that, others plain.
std::string number_from_host(const Settings& settings, std::string_view typed);

/// A text from the network, sent in the GSM alphabet if that has all its characters, else in UCS-2, which the host sees
/// as hexadecimal digits whatever its character set.
struct NetworkText {
  std::string text;
  bool is_ucs2 = false;
};
NetworkText network_text_for_host(const Settings& settings, std::string_view utf8);

}  // namespace sim800
