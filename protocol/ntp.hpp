// The packets of the Network Time Protocol, as far as a simple client needs them (RFC 5905, 7.3 and 14).
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

inline constexpr std::uint16_t ntp_port = 123;

/// A client's request; `cookie` takes the place of its transmit time, which the server returns.
std::string ntp_request(std::uint64_t cookie);

/// The server's UTC time in seconds. Nothing if this is not a server's answer to that request, or if the server has no
/// time (unsynchronised, or a kiss of death).
std::optional<std::chrono::sys_seconds> parse_ntp_reply(std::string_view packet, std::uint64_t cookie);

}  // namespace sim800
