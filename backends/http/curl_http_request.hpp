// An HttpRequest as libcurl's options.
// SPDX-License-Identifier: MIT
#pragma once

#include "backends/curl/curl_easy.hpp"
#include "backends/curl/http_target.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/http.hpp"

namespace sim800 {

/// The handle of one hop, and the strings it refers to. `request` must outlive it.
class CurlHttpRequest {
 public:
  /// `method` may differ from the request's after a redirect. The request goes to `route`, whatever the target's name.
  CurlHttpRequest(const HttpRequest& request, HttpMethod method, const HttpTarget& target, const Route& route);

  CurlEasy& easy() { return easy_; }
  CURL* handle() const { return easy_.get(); }

 private:
  void set_connection(const Route& route);
  void set_target();
  void set_request(HttpMethod method);

  const HttpRequest& request_;
  const HttpTarget& target_;
  // The handle refers to these, so it is destroyed before them.
  CurlList headers_, proxy_headers_;
  CurlEasy easy_;
};

}  // namespace sim800
