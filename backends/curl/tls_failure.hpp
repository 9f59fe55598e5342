// Whether TLS is the reason why libcurl could not finish a transfer.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <optional>
#include <string_view>

namespace sim800 {

/// What a service reports (SSL application note): HTTP 605 and 606, FTP 80 and 81, mail 71 and 72.
struct TlsCodes {
  int no_channel;  ///< the handshake failed
  int alert;       ///< the peer sent an alert, or its certificate was refused
};

/// One of `codes`; nothing where something else failed.  `error` is libcurl's text (CURLOPT_ERRORBUFFER): it alone
/// tells an alert from other failures of the handshake.
std::optional<int> tls_failure(CURLcode code, std::string_view error, const TlsCodes& codes);

}  // namespace sim800
