// Where a data connection goes to, as FTP's commands and replies write it (RFC 959 4.1.2, RFC 2428).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// The port of h1,h2,h3,h4,p1,p2 somewhere in a reply or command, behind its first four characters; the address does
/// not matter.
std::optional<std::uint16_t> ftp_port_in(std::string_view line);

/// PORT, or EPRT for an IPv6 address, without a line end.
std::string ftp_port_command(const std::string& address, std::uint16_t port);

}  // namespace sim800
