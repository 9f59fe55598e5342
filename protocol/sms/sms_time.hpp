// Time stamps of messages: seven octets on the air, "yy/MM/dd,hh:mm:ss±zz" on the line (3GPP TS 23.040 9.2.3.11, 27.005
// 3.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct SmsTime {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;  ///< local time; the year without its century
  int zone = 0;                                                        ///< quarters of an hour from GMT, -79 to 79

  bool operator==(const SmsTime&) const = default;

  static constexpr std::size_t octets = 7;
  std::string encode() const;
  /// From exactly seven octets; invalid digits read as 0.
  static SmsTime decode(std::string_view seven);

  /// "26/11/22,10:00:00+04"
  std::string text() const;
  /// Nothing if the text does not have this form, or a field is out of range.
  static std::optional<SmsTime> parse(std::string_view text);
};

}  // namespace sim800
