// HOST:PORT, as command lines and files write it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};

/// "HOST:PORT", or "[HOST]:PORT" for IPv6 literals; the host may be empty, the port 0.  Nothing for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);

/// The other way round: a host with a colon in it gets its brackets.
std::string to_host_port(std::string_view host, std::uint16_t port);

}  // namespace sim800
