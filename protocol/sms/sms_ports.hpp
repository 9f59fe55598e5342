// Messages to an application port (3GPP TS 23.040 9.2.3.24.4).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// The port that WAP pushes go to (WAP-259).
inline constexpr std::uint16_t wap_push_port = 2948;

/// The 16-bit destination port in a message's header.
std::optional<std::uint16_t> destination_port(const Sms& message);
/// A WAP push with the notification or report of a multimedia message, complete in one message.
bool is_mms_push(const Sms& message);

}  // namespace sim800
