// SPDX-License-Identifier: MIT
#include "protocol/text/host_port.hpp"

#include <charconv>
#include <system_error>

namespace sim800 {

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  } else if (host.find_first_of("[]:") != std::string_view::npos) {
    return std::nullopt;
  }
  HostPort found{std::string(host), 0};
  const auto [end, error] = std::from_chars(text.begin() + colon + 1, text.end(), found.port);
  if (error != std::errc{} || end != text.end()) return std::nullopt;
  return found;
}

std::string to_host_port(std::string_view host, std::uint16_t port) {
  const bool literal = host.find(':') != std::string_view::npos;
  return (literal ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

}  // namespace sim800
