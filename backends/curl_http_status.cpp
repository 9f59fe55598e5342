// The table from libcurl's codes to the module's.
// SPDX-License-Identifier: MIT
#include "backends/curl_http_status.hpp"

#include <charconv>
#include <cstdint>

#include "backends/http.hpp"

namespace sim800 {
namespace {

struct Row {
  CURLcode code;
  int status;
};

// Manual 11.2.5 (600-604) and SSL application note (605, 606).  A code that is not here is a network error.
constexpr Row rows[] = {
    {CURLE_WEIRD_SERVER_REPLY, http_status::not_http},
    {CURLE_UNSUPPORTED_PROTOCOL, http_status::not_http},  // no status line, or a version other than 1.x
    {CURLE_HTTP2, http_status::not_http},
    {CURLE_BAD_CONTENT_ENCODING, http_status::not_http},
    {CURLE_WRITE_ERROR, http_status::no_memory},  // our callbacks refuse what goes over the limit
    {CURLE_FILESIZE_EXCEEDED, http_status::no_memory},
    {CURLE_OUT_OF_MEMORY, http_status::no_memory},  // also a header line over libcurl's 100 KiB
    {CURLE_URL_MALFORMAT, http_status::dns_error},
    {CURLE_COULDNT_RESOLVE_HOST, http_status::dns_error},
    {CURLE_COULDNT_RESOLVE_PROXY, http_status::dns_error},
    {CURLE_FAILED_INIT, http_status::stack_busy},
    {CURLE_SSL_CONNECT_ERROR, http_status::tls_no_channel},
    {CURLE_SSL_CIPHER, http_status::tls_no_channel},
    {CURLE_SSL_ENGINE_INITFAILED, http_status::tls_no_channel},
    {CURLE_PEER_FAILED_VERIFICATION, http_status::tls_alert},
    {CURLE_SSL_CACERT_BADFILE, http_status::tls_alert},  // no store: nobody vouches for the certificate
    {CURLE_SSL_ISSUER_ERROR, http_status::tls_alert},
    {CURLE_SSL_INVALIDCERTSTATUS, http_status::tls_alert},
    {CURLE_SSL_CLIENTCERT, http_status::tls_alert},
};

// OpenSSL reports an alert from the peer as reason 1000 + the alert's number (SSL_AD_REASON_OFFSET).  The number
// decides, as not every such text has "alert" in it, and a host's name may.
bool is_alert(std::string_view error) {
  constexpr std::string_view mark = "error:";
  const auto start = error.find(mark);
  if (start == std::string_view::npos) return false;
  const std::string_view digits = error.substr(start + mark.size());
  std::uint32_t code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  const std::uint32_t reason = code & 0xfff;
  return reason >= 1000 && reason <= 1255;
}

bool is_tls_or_traffic(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
}

}  // namespace

int http_status_of(CURLcode code, std::string_view error) {
  if (is_tls_or_traffic(code) && is_alert(error)) return http_status::tls_alert;
  // A cap on header bytes that Debian's 7.88.1 has taken from later versions, with an unspecific code.
  if (code == CURLE_RECV_ERROR && error.starts_with("Too large response headers")) return http_status::no_memory;
  for (const Row& row : rows) {
    if (row.code == code) return row.status;
  }
  return http_status::network_error;
}

}  // namespace sim800
