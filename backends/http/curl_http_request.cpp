// CurlHttpRequest: one option after the other.
// SPDX-License-Identifier: MIT
#include "backends/http/curl_http_request.hpp"

#include <array>

#include "backends/http/http_headers.hpp"

namespace sim800 {
namespace {

// libcurl would give up connecting after 300 s; the service's TIMEOUT (up to 1000 s) is to decide.
constexpr long connect_timeout_s = 86'400;

}  // namespace

CurlHttpRequest::CurlHttpRequest(const HttpRequest& request, HttpMethod method, const HttpTarget& target,
                                 const Route& route)
    : request_(request), target_(target) {
  set_connection(route);
  set_url(route);
  set_tls();
  set_request(method);
}

// Nothing comes from the environment, and libcurl never has a name to resolve.
void CurlHttpRequest::set_connection(const Route& route) {
  const std::string there = host_and_port(route.address, route.port);
  easy_.set(CURLOPT_PROTOCOLS_STR, "http,https");
  easy_.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  easy_.set(CURLOPT_NOPROXY, "");
  if (!request_.proxy_host.empty()) {
    easy_.set(CURLOPT_PROXY, ("http://" + there).c_str());
    easy_.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    proxy_headers_.add("Proxy-Connection:");
    easy_.set(CURLOPT_PROXYHEADER, proxy_headers_.get());
  } else {
    easy_.set(CURLOPT_PROXY, "");
    connect_to_.add("::" + there);
    easy_.set(CURLOPT_CONNECT_TO, connect_to_.get());
  }
  easy_.set(CURLOPT_NOSIGNAL, 1L);
  easy_.set(CURLOPT_FRESH_CONNECT, 1L);
  easy_.set(CURLOPT_FORBID_REUSE, 1L);
  easy_.set(CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
}

void CurlHttpRequest::set_url(const Route& route) {
  const bool hide_name = target_.tls && !request_.sni && request_.proxy_host.empty();
  const std::string url = hide_name ? numeric_url(target_, route.address) : target_.url;
  easy_.set(CURLOPT_URL, url.c_str());
  easy_.set(CURLOPT_PATH_AS_IS, 1L);
  if (hide_name) headers_.add("Host: " + target_.authority());
  // The URL has the address then, not the name that the certificate is for.
  easy_.set(CURLOPT_SSL_VERIFYHOST, request_.verify_peer && !hide_name ? 2L : 0L);
}

void CurlHttpRequest::set_tls() {
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  easy_.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(request_.tls_max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  easy_.set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  easy_.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  easy_.set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  easy_.set(CURLOPT_SSL_VERIFYPEER, request_.verify_peer ? 1L : 0L);
  if (!request_.verify_peer) {  // reading the store would hold the loop for some 30 ms, for nothing
    easy_.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    easy_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void CurlHttpRequest::set_request(HttpMethod method) {
  easy_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  easy_.set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  easy_.set(CURLOPT_USERAGENT, one_line(request_.user_agent).c_str());
  for (const std::string& line : header_lines(request_, method)) headers_.add(line);
  easy_.set(CURLOPT_HTTPHEADER, headers_.get());
  switch (method) {
    case HttpMethod::get: easy_.set(CURLOPT_HTTPGET, 1L); break;
    case HttpMethod::head: easy_.set(CURLOPT_NOBODY, 1L); break;
    case HttpMethod::del: easy_.set(CURLOPT_CUSTOMREQUEST, "DELETE"); break;
    case HttpMethod::post:
      easy_.set(CURLOPT_POST, 1L);
      easy_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      easy_.set(CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.data());
      break;
  }
}

}  // namespace sim800
