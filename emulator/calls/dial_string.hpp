// The text after ATD (V.250 6.3.1, 27.007 6.2; AT manual 2.2.3 to 2.2.6).
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/text/characters.hpp"

namespace sim800 {

struct DialString {
  enum class Kind : unsigned char { number, entry, name, last, none };
  Kind kind = Kind::none;           ///< none: nothing to dial
  std::string text;                 ///< the number without modifiers; the index; the name as typed
  bool voice = false;               ///< ends with a ;
  std::optional<bool> hide_number;  ///< I, i
  std::optional<bool> group;        ///< G, g
};

DialString parse_dial_string(std::string_view typed);

/// A call to the packet network: *99[*[<address>][*[<L2P>][*[<cid>]]]]#, *98[*<cid>]# (27.007 10.2.1), *88 as *99.
struct DataCall {
  std::optional<unsigned> cid;  ///< not given: the first
};
/// Nothing where the number is another one; a <cid> that does not exist is 0.
std::optional<DataCall> parse_data_call(std::string_view typed);

}  // namespace sim800
