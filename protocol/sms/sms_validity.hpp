// How long the network tries to deliver a message (3GPP TS 23.040 9.2.3.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// The validity period of an SMS-SUBMIT that the service centre gets at `now`, never negative. Nothing where it gives
/// none, or one in the enhanced format.
std::optional<std::chrono::seconds> sms_validity(const Sms& submitted, const SmsTime& now);

}  // namespace sim800
