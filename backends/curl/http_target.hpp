// Target of an HTTP request: a URL split and joined by libcurl's URL functions.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct HttpTarget {
  std::string url;  ///< without user and fragment; only characters that are allowed in a URL
  bool tls = false;
  std::string host;  ///< IPv6 literals without brackets
  std::uint16_t port = 0;

  /// The Host header: with the port only if it is not the scheme's default.
  std::string authority() const;
};

/// "ADDRESS:PORT", with brackets around an IPv6 literal.
std::string host_and_port(std::string_view host, std::uint16_t port);

/// Nothing if `host` or `port` cannot be part of a URL. In `path`, control characters, spaces and bytes above 0x7e are
/// percent-encoded, and a fragment is dropped; the rest is unchanged.
std::optional<HttpTarget> make_http_target(bool tls, std::string_view host, std::uint16_t port, std::string_view path);

/// The target of `location` in a response from `base`. Nothing if that is not an http or https URL.
std::optional<HttpTarget> redirected(const HttpTarget& base, const char* location);

/// "SCHEME://HOST:PORT/", for the other protocols; nothing where `host` or `port` cannot stand in a URL.
std::optional<std::string> make_url(const std::string& scheme, std::string_view host, std::uint16_t port);

}  // namespace sim800
