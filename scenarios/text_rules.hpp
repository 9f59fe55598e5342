// What the texts of a scenario must be like.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sim800 {

struct TextRule {
  std::string expected;  ///< as a mistake says it: "15 digits"
  std::function<bool(std::string_view)> fits;
};

TextRule any_text();
/// At least one character, none of them a control character: it goes into a line of the module.
TextRule one_line();
TextRule digits(std::size_t least, std::size_t most);
TextRule hex_digits(std::size_t least, std::size_t most);
/// As dialled: digits, * and #, perhaps a + before them.
TextRule phone_number();
/// A phone number or nothing.
TextRule own_number();
/// "yy/MM/dd,hh:mm:ss±zz", zz in quarters of an hour (3GPP TS 27.005, <scts>).
TextRule message_time();
TextRule ipv4_address();
/// Key of `module.settings`: a command without its AT.
/// Key of `network.hosts`, see HostMap.
TextRule host_key();
/// Value of `network.hosts`, see HostMap.
TextRule host_value();

}  // namespace sim800
