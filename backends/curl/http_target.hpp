// Where an HTTP request goes: a URL taken apart and put together by libcurl's URL functions.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct HttpTarget {
  std::string url;  ///< without user and fragment; only characters that may stand in a URL
  bool tls = false;
  std::string host;  ///< IPv6 literals without brackets
  std::uint16_t port = 0;

  /// What the Host header says: the port only where it is not the scheme's own.
  std::string authority() const;
};

/// "ADDRESS:PORT", with brackets around an IPv6 literal.
std::string host_and_port(std::string_view host, std::uint16_t port);

/// Nothing where `host` or `port` cannot stand in a URL.  In `path`, control characters, blanks and bytes over 0x7e are
/// percent-encoded, and a fragment is left out; the rest stays as it is.
std::optional<HttpTarget> make_http_target(bool tls, std::string_view host, std::uint16_t port, std::string_view path);

/// The target that `location` means when `base` has answered with it.  Nothing where that is not a http or https URL.
std::optional<HttpTarget> redirected(const HttpTarget& base, const char* location);

/// "SCHEME://HOST:PORT/", for the other protocols; nothing where `host` or `port` cannot stand in a URL.
std::optional<std::string> make_url(const std::string& scheme, std::string_view host, std::uint16_t port);

}  // namespace sim800
