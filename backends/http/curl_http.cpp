// HttpClient on libcurl: a transfer per request.
// SPDX-License-Identifier: MIT
#include "backends/http/curl_http.hpp"

#include <utility>

#include "backends/curl/curl_multi.hpp"
#include "backends/http/curl_http_transfer.hpp"

namespace sim800 {
namespace {

const char* name_of(HttpMethod method) {
  switch (method) {
    case HttpMethod::get: return "GET";
    case HttpMethod::post: return "POST";
    case HttpMethod::head: return "HEAD";
    case HttpMethod::del: return "DELETE";
  }
  return "";
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(asio::io_context& loop, RadioLink& link, Interference* interference, std::shared_ptr<CurlMulti> multi)
      : loop_(loop), link_(link), interference_(interference), multi_(std::move(multi)) {
    if (interference != nullptr && interference->needs_relay()) link.relay_always();
  }

  std::unique_ptr<HttpTransfer> start(HttpRequest request, std::function<void(HttpResult)> done) override {
    return std::make_unique<CurlHttpTransfer>(CurlHttpTransfer::Parts{loop_, link_, multi_, watch(request)},
                                              std::move(request), std::move(done));
  }

 private:
  std::unique_ptr<TransferWatch> watch(const HttpRequest& request) {
    if (interference_ == nullptr) return nullptr;
    return interference_->watch({TransferKind::User::http, name_of(request.method), request.url});
  }

  asio::io_context& loop_;
  RadioLink& link_;
  Interference* interference_;
  std::shared_ptr<CurlMulti>
      multi_;  // shared with the transfers, so that client and transfers may be destroyed in any order
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_http_client(asio::io_context& loop, RadioLink& link, Interference* interference,
                                                  std::shared_ptr<CurlMulti> multi) {
  if (!multi) multi = std::make_shared<CurlMulti>(loop);
  return std::make_unique<CurlHttpClient>(loop, link, interference, std::move(multi));
}

}  // namespace sim800
