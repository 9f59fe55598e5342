// SPDX-License-Identifier: MIT
#include "emulator/internet/http_url.hpp"

#include <algorithm>

#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

/// The port that the manual draws after the path. A query may end in ":12" for other reasons, and so may a path (RFC
/// 3986 3.3), which is why this is a quirk.
std::optional<std::uint16_t> take_port_behind_path(std::string& path) {
  const std::size_t colon = path.rfind(':');
  if (colon == std::string::npos || path.find('?') != std::string::npos) return std::nullopt;
  const auto port = parse_port(std::string_view(path).substr(colon + 1));
  if (port) path.resize(colon);
  return port;
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text, bool tls, bool port_behind_path) {
  text = text.substr(0, text.find('#'));
  const std::size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos && scheme_end < text.find_first_of("/?")) {
    const std::string_view scheme = text.substr(0, scheme_end);
    if (!same_word(scheme, "http") && !(tls && same_word(scheme, "https"))) return std::nullopt;
    text.remove_prefix(scheme_end + 3);
  }
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  HttpUrl url;
  url.path = text.substr(authority_end);
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  url.port = tls ? 443 : 80;
  if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port) return std::nullopt;
    url.port = *port;
    authority = authority.substr(0, colon);
  } else if (const auto port = port_behind_path ? take_port_behind_path(url.path) : std::nullopt) {
    url.port = *port;
  }
  if (authority.empty()) return std::nullopt;
  url.host = authority;
  return url;
}

}  // namespace sim800
