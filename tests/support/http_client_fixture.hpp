// An HTTP client with its loop and radio link, for tests.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "backends/http/curl_http.hpp"
#include "emulator/program/asio_clock.hpp"
#include "tests/support/loopback_server.hpp"

namespace sim800::test {

struct HttpClientFixture {
  explicit HttpClientFixture(HostMap hosts = {})
      : link(loop, std::move(hosts), clock), client(make_curl_http_client(loop, link)) {}

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
  AsioClock clock{loop, 1.0};
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

inline constexpr const char* hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

inline std::string redirect_to(const std::string& location, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + location + "\r\nContent-Length: 4\r\n\r\ngone";
}

// The first line, and the header lines in any order.
struct Head {
  explicit Head(const std::string& request) {
    const std::string head = request.substr(0, request.find("\r\n\r\n"));
    std::size_t start = 0;
    while (start <= head.size()) {
      const auto end = std::min(head.find("\r\n", start), head.size());
      const std::string line = head.substr(start, end - start);
      if (start == 0)
        first = line;
      else
        lines.insert(line);
      start = end + 2;
    }
  }
  std::string first;
  std::multiset<std::string> lines;
};

inline std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

inline std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace sim800::test
