// The module's status for a transfer that libcurl could not finish.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <string_view>

namespace sim800 {

/// One of http_status for a failed transfer. `error` is libcurl's text (CURLOPT_ERRORBUFFER), which distinguishes what
/// the code does not: a TLS alert, a header block above libcurl's own limit.
int http_status_of(CURLcode code, std::string_view error);

}  // namespace sim800
