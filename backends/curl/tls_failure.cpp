// SPDX-License-Identifier: MIT
#include "backends/curl/tls_failure.hpp"

#include <charconv>
#include <cstdint>

namespace sim800 {
namespace {

// OpenSSL reports an alert from the peer as reason 1000 + the alert's number (SSL_AD_REASON_OFFSET). The number
// decides, because not every such text contains "alert", and a server's name may.
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

std::optional<int> tls_failure(CURLcode code, std::string_view error, const TlsCodes& codes) {
  if (is_tls_or_traffic(code) && is_alert(error)) return codes.alert;
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED: return codes.no_channel;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:  // no store: nothing to verify the certificate with
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return codes.alert;
    default: return std::nullopt;
  }
}

}  // namespace sim800
