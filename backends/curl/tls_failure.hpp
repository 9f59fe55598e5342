// Whether TLS is why libcurl could not finish a transfer.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string_view>

namespace sim800 {

/// SSL application note: HTTP 605 and 606, FTP 80 and 81.
enum class TlsFailure : std::uint8_t {
  none,        ///< something else failed
  no_channel,  ///< the handshake failed
  alert,       ///< the peer sent an alert, or its certificate was refused
};

/// `error` is libcurl's text (CURLOPT_ERRORBUFFER): it alone tells an alert from other failures of the handshake.
TlsFailure tls_failure(CURLcode code, std::string_view error);

}  // namespace sim800
