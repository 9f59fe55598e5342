// CurlHttpRequest: sets the options.
// SPDX-License-Identifier: MIT
#include "backends/http/curl_http_request.hpp"

#include "backends/http/http_headers.hpp"

namespace sim800 {

CurlHttpRequest::CurlHttpRequest(const HttpRequest& request, HttpMethod method, const HttpTarget& target,
                                 const Route& route)
    : request_(request), target_(target), easy_("http,https") {
  set_connection(route);
  set_target();
  set_request(method);
}

void CurlHttpRequest::set_connection(const Route& route) {
  if (!request_.proxy_host.empty()) {
    easy_.set(CURLOPT_PROXY, ("http://" + host_and_port(route.address, route.port)).c_str());
    easy_.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    proxy_headers_.add("Proxy-Connection:");
    easy_.set(CURLOPT_PROXYHEADER, proxy_headers_.get());
  } else {
    easy_.connect_to(route.address, route.port);
  }
  easy_.set(CURLOPT_FRESH_CONNECT, 1L);
  easy_.set(CURLOPT_FORBID_REUSE, 1L);
}

void CurlHttpRequest::set_target() {
  easy_.set(CURLOPT_URL, target_.url.c_str());
  easy_.set(CURLOPT_PATH_AS_IS, 1L);
  if (target_.tls) easy_.set_tls(request_.tls_options);
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
