// The table from libcurl's codes to the module's.
// SPDX-License-Identifier: MIT
#include "backends/http/curl_http_status.hpp"

#include "backends/curl/tls_failure.hpp"
#include "protocol/at/http_status.hpp"

namespace sim800 {
namespace {

struct Row {
  CURLcode code;
  int status;
};

// Manual 11.2.5, without the failures of TLS.  A code that is not listed is a network error.
constexpr Row rows[] = {
    {CURLE_WEIRD_SERVER_REPLY, http_status::not_http},
    {CURLE_UNSUPPORTED_PROTOCOL, http_status::not_http},  // no status line, or a version other than 1.x
    {CURLE_HTTP2, http_status::not_http},
    {CURLE_BAD_CONTENT_ENCODING, http_status::not_http},
    {CURLE_WRITE_ERROR, http_status::no_memory},  // our callbacks refuse data above the limit
    {CURLE_FILESIZE_EXCEEDED, http_status::no_memory},
    {CURLE_OUT_OF_MEMORY, http_status::no_memory},  // also a header line above libcurl's 100 KiB
    {CURLE_URL_MALFORMAT, http_status::dns_error},
    {CURLE_COULDNT_RESOLVE_HOST, http_status::dns_error},
    {CURLE_COULDNT_RESOLVE_PROXY, http_status::dns_error},
    {CURLE_FAILED_INIT, http_status::stack_busy},
};

}  // namespace

int http_status_of(CURLcode code, std::string_view error) {
  if (const auto tls = tls_failure(code, error, {http_status::tls_no_channel, http_status::tls_alert})) return *tls;
  // A limit on header bytes that Debian's 7.88.1 has from later versions, with an unspecific code.
  if (code == CURLE_RECV_ERROR && error.starts_with("Too large response headers")) return http_status::no_memory;
  for (const Row& row : rows) {
    if (row.code == code) return row.status;
  }
  return http_status::network_error;
}

}  // namespace sim800
