// An HTTP client with its loop and radio link, for tests.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backends/curl_http.hpp"
#include "loopback_server.hpp"

namespace sim800::test {

struct HttpRig {
  explicit HttpRig(HostMap hosts = {}) : link(loop, std::move(hosts)), client(make_curl_http_client(loop, link)) {}

  void start(HttpRequest request) {
    result.reset();
    transfer = client->start(std::move(request), [this](HttpResult ended) { result = std::move(ended); });
    CHECK_FALSE(result);  // never from inside start()
  }

  HttpResult fetch(HttpRequest request) {
    start(std::move(request));
    run_until(loop, [this] { return result.has_value(); });
    transfer.reset();
    return *result;
  }

  asio::io_context loop;
  RadioLink link;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<HttpTransfer> transfer;
  std::optional<HttpResult> result;
};

inline HttpRequest request_to(std::uint16_t port, std::string path = "/") {
  HttpRequest request;
  request.host = "127.0.0.1";
  request.port = port;
  request.path = std::move(path);
  request.user_agent = "SIMCom_MODULE";
  return request;
}

inline Script answering(std::string text) { return {.pieces = {std::move(text)}}; }

}  // namespace sim800::test
