// Cell broadcast messages: pages of 88 octets (3GPP TS 23.041 9.4.1.2) in the coding schemes of 23.038 chapter 5.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// What a coding scheme of 23.038 chapter 5 means, of a broadcast or of USSD.
SmsAlphabet broadcast_alphabet(std::uint8_t coding);

struct BroadcastPage {
  static constexpr std::size_t octets = 88, most = 15;

  std::uint16_t serial = 0;  ///< scope (2 bits), message code (10), update number (4)
  std::uint16_t identifier = 0;
  std::uint8_t coding = 0;
  std::uint8_t number = 1, total = 1;
  std::string content;  ///< 82 octets

  bool operator==(const BroadcastPage&) const = default;

  SmsAlphabet alphabet() const;
  /// Septets, one per char, or octets, without the padding at the end.
  std::string body() const;
  /// All of it.
  std::string encode() const;
};

/// Nothing if there are not 88 octets. Page 0 of 0 counts as the only one (23.041 9.4.1.2.4).
std::optional<BroadcastPage> decode_broadcast(std::string_view octets);

/// What is broadcast, before it becomes pages.
struct Broadcast {
  std::uint16_t serial = 0, identifier = 0;
  std::string language;                ///< "en"; empty: not said
  std::optional<std::uint8_t> coding;  ///< not given: by text and language
  std::u16string text;
  std::optional<std::string> data;  ///< 8-bit data instead of a text
};

/// Its pages: 15 at most, the rest is cut off.
std::vector<BroadcastPage> pages_of(const Broadcast& message);

}  // namespace sim800
