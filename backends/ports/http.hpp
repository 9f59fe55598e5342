// HTTP as the module needs it, independent of the library behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/tls.hpp"
#include "protocol/at/http_status.hpp"

namespace sim800 {

enum class HttpMethod : std::uint8_t { get, post, head, del };  // AT+HTTPACTION's 0-3, manual 11.2.5

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  std::string url;  ///< as the host gave it; used by faults only
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string path = "/";  ///< with query, percent-encoded as far as the host did it
  std::string user_agent;
  std::string content_type;          ///< for POST; empty: application/x-www-form-urlencoded
  std::vector<std::string> headers;  ///< extra header lines "Name: value"
  std::string range;                 ///< "2000-" or "2000-2999"; empty: none
  std::string_view body;             ///< for POST; must stay valid as long as the transfer exists
  std::string proxy_host;            ///< empty: none
  std::uint16_t proxy_port = 0;
  bool follow_redirects = false;  ///< 30x responses are followed, at most five hops, unless the scheme changes
  TlsOptions tls_options;         ///< of an encrypted connection
  std::size_t limit = 319'488;    ///< most bytes of body, and of headers, accepted from the server
};

struct HttpResult {
  int status = http_status::network_error;  ///< the server's, or one of http_status
  std::string head;                         ///< status line, header lines and final empty line of the last response
  std::string body;  ///< beside one of http_status: what came before the cut, if the head was complete
};

struct HttpProgress {
  bool sending = false;   ///< true while the request body is sent
  std::size_t done = 0;   ///< bytes of body, in the direction given by `sending`
  std::size_t total = 0;  ///< 0: unknown
};

/// A request under way.  Destroying it cuts the connection; its callback is not called any more.
class HttpTransfer {
 public:
  virtual ~HttpTransfer() = default;
  virtual HttpProgress progress() const = 0;
  /// What has arrived so far, for the owner who is about to give up; nothing without a complete head.
  virtual HttpResult received() const = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Starts a request. `done` is called once, later, from the loop, never from inside start(), and may destroy the
  /// transfer. The transfer has no time limit of its own (AT+HTTPPARA="TIMEOUT" belongs to the service).
  virtual std::unique_ptr<HttpTransfer> start(HttpRequest request, std::function<void(HttpResult)> done) = 0;
};

}  // namespace sim800
