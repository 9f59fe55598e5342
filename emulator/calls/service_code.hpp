// The codes of 22.030 that are dialled like numbers: supplementary services, PINs, the IMEI.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct ServiceCode {
  enum class Act : std::uint8_t { activate, deactivate, ask, enter, erase };  ///< * # *# ** ##
  Act act = Act::activate;
  std::string service;               ///< "21"
  std::array<std::string, 4> given;  ///< what stands between the * behind it

  /// The module carries it out itself: PINs, the IMEI.
  bool is_local() const { return service == "06" || service.starts_with("04") || service.starts_with("05"); }
  /// The classes that a basic service group (22.030 annex C) stands for: 1 voice, 2 data, 4 fax, 8 messages; `all` if
  /// none is given, 0 for one that does not exist.
  static unsigned classes_of(std::string_view group, unsigned all);
};

/// Nothing for a number, and for a code that this standard does not define: that one goes to the network as USSD.
std::optional<ServiceCode> parse_service_code(std::string_view text);

/// *31# and #31# before a number: for this call, the own number is shown or hidden. Takes them off.
std::optional<bool> take_number_hiding(std::string& number);

}  // namespace sim800
