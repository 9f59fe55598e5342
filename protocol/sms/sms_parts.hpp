// Elements of a user data header (3GPP TS 23.040 9.2.3.24), and concatenated messages (9.2.3.24.1 and .8).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// Which part of which message this is.
struct SmsPart {
  std::uint16_t reference = 0;  ///< 8 or 16 bits
  std::uint8_t total = 1, number = 1;
  bool operator==(const SmsPart&) const = default;
};

/// What the element with this identifier says in a user data header with its length octet; nothing if there is none.
std::optional<std::string_view> header_element(std::string_view header, std::uint8_t identifier);

/// From such a header; nothing if it describes no part, or one that cannot be.
std::optional<SmsPart> concatenation(std::string_view header);
/// The header with its length octet, with an 8-bit reference.
std::string concatenation_header(std::uint8_t reference, std::uint8_t total, std::uint8_t number);

/// How much of a body fits into `room` without splitting an escape sequence or a surrogate pair.
std::size_t cut_body(SmsAlphabet alphabet, std::string_view body, std::size_t room);

/// Splits a body (septets or octets, as Sms::body()) into messages: one piece if it fits into one, otherwise as many as
/// needed with that header, and with `elements` more octets of header in each.
std::vector<std::string> split_body(SmsAlphabet alphabet, std::string_view body, std::size_t elements = 0);

}  // namespace sim800
