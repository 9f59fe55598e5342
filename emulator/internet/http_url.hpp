// URLs as the module accepts them (AT manual 11.2.3, application note 3.2 and 3.7).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct HttpUrl {
  std::string host;
  std::uint16_t port = 80;
  std::string path = "/";
};

/// [http://]HOST[:PORT][/PATH], with `port_behind_path` also the manual's HOST/PATH:PORT. The default port is 80, or
/// 443 with `tls` (AT+HTTPSSL=1). Nothing for any other scheme, for https without `tls`, and for a URL without a host.
std::optional<HttpUrl> parse_http_url(std::string_view text, bool tls, bool port_behind_path = false);

}  // namespace sim800
