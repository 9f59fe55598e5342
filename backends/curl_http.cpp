// HttpClient on libcurl: one transfer per request, each redirect a connection of its own through the radio link.
// SPDX-License-Identifier: MIT
#include "backends/curl_http.hpp"

#include <sys/socket.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <optional>
#include <utility>

#include "backends/curl_easy.hpp"
#include "backends/curl_http_status.hpp"
#include "backends/curl_multi.hpp"
#include "backends/http_answer.hpp"
#include "backends/http_headers.hpp"
#include "backends/http_target.hpp"

namespace sim800 {
namespace {

constexpr int max_redirects = 5;
// libcurl would give up connecting after 300 s; the service's TIMEOUT (up to 1000 s) is to decide.
constexpr long connect_timeout_s = 86'400;

class CurlHttpTransfer final : public HttpTransfer {
 public:
  CurlHttpTransfer(asio::io_context& loop, RadioLink& link, std::shared_ptr<CurlMulti> multi, HttpRequest request,
                   std::function<void(HttpResult)> done);
  ~CurlHttpTransfer() override;
  CurlHttpTransfer(const CurlHttpTransfer&) = delete;
  CurlHttpTransfer& operator=(const CurlHttpTransfer&) = delete;

  HttpProgress progress() const override;

 private:
  bool has_proxy() const { return !request_.proxy_host.empty(); }
  void find_way();
  void connect(const Route& route);
  void set_connection(const Route& route);
  void set_tls();
  void set_request();
  void set_callbacks();
  void ended(CURLcode code);
  std::optional<HttpTarget> next_target(long status) const;
  void follow(HttpTarget target, long status);
  void fail(int status) { finish({status, {}, {}}); }
  void finish(HttpResult result);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  RadioLink& link_;
  std::shared_ptr<CurlMulti> multi_;
  HttpRequest request_;
  std::function<void(HttpResult)> done_;
  HttpMethod method_;
  int redirects_ = 0;
  std::optional<HttpTarget> target_;
  std::unique_ptr<Lookup> lookup_;
  // libcurl refers to what follows, so it is destroyed after the handle.
  std::array<char, CURL_ERROR_SIZE> error_{};
  CurlList headers_, proxy_headers_, connect_to_;
  HttpAnswer answer_;
  bool no_socket_ = false;  // the process has no socket left
  std::optional<CurlEasy> easy_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

CurlHttpTransfer::CurlHttpTransfer(asio::io_context& loop, RadioLink& link, std::shared_ptr<CurlMulti> multi,
                                   HttpRequest request, std::function<void(HttpResult)> done)
    : link_(link),
      multi_(std::move(multi)),
      request_(std::move(request)),
      done_(std::move(done)),
      method_(request_.method),
      target_(make_http_target(request_.tls, request_.host, request_.port, request_.path)),
      answer_(request_.limit) {
  if (target_) {
    find_way();
  } else {
    asio::post(loop, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) fail(http_status::dns_error);
    });
  }
}

CurlHttpTransfer::~CurlHttpTransfer() {
  if (easy_) multi_->remove(easy_->get());
}

HttpProgress CurlHttpTransfer::progress() const {
  curl_off_t sent = 0;
  curl_off_t expected = 0;
  if (easy_) {
    curl_easy_getinfo(easy_->get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(easy_->get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
  }
  if (method_ == HttpMethod::post && !answer_.complete() && static_cast<std::size_t>(sent) < request_.body.size()) {
    return {true, static_cast<std::size_t>(sent), request_.body.size()};
  }
  return {false, answer_.body_size(), expected > 0 ? static_cast<std::size_t>(expected) : 0};
}

// With a proxy, the target's name is the proxy's business.
void CurlHttpTransfer::find_way() {
  const std::string& host = has_proxy() ? request_.proxy_host : target_->host;
  const std::uint16_t port = has_proxy() ? request_.proxy_port : target_->port;
  lookup_ = link_.route(host, port, [this](const Route& route) {
    switch (route.kind) {
      case Route::Kind::reachable: return connect(route);
      case Route::Kind::unresolvable: return fail(http_status::dns_error);
      case Route::Kind::unreachable:
      case Route::Kind::refused: return fail(http_status::network_error);
      case Route::Kind::black_hole: return;
    }
  });
}

void CurlHttpTransfer::connect(const Route& route) {
  easy_.reset();
  error_ = {};
  answer_ = HttpAnswer(request_.limit);
  headers_ = {};
  proxy_headers_ = {};
  connect_to_ = {};
  easy_.emplace();
  set_connection(route);
  set_tls();
  set_request();
  set_callbacks();
  if (!easy_->ok() || !multi_->add(easy_->get(), [this](CURLcode code) { ended(code); })) fail(http_status::stack_busy);
}

// Nothing comes from the environment, and libcurl never has a name to resolve.
void CurlHttpTransfer::set_connection(const Route& route) {
  const std::string there = host_and_port(route.address, route.port);
  easy_->set(CURLOPT_PROTOCOLS_STR, "http,https");
  easy_->set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  easy_->set(CURLOPT_NOPROXY, "");
  if (has_proxy()) {
    easy_->set(CURLOPT_PROXY, ("http://" + there).c_str());
    easy_->set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    proxy_headers_.add("Proxy-Connection:");
    easy_->set(CURLOPT_PROXYHEADER, proxy_headers_.get());
  } else {
    easy_->set(CURLOPT_PROXY, "");
    connect_to_.add("::" + there);
    easy_->set(CURLOPT_CONNECT_TO, connect_to_.get());
  }
  easy_->set(CURLOPT_NOSIGNAL, 1L);
  easy_->set(CURLOPT_FRESH_CONNECT, 1L);
  easy_->set(CURLOPT_FORBID_REUSE, 1L);
  easy_->set(CURLOPT_CONNECTTIMEOUT, connect_timeout_s);

  const bool hide_name = target_->tls && !request_.sni && !has_proxy();
  const std::string url = hide_name ? numeric_url(*target_, route.address) : target_->url;
  easy_->set(CURLOPT_URL, url.c_str());
  easy_->set(CURLOPT_PATH_AS_IS, 1L);
  if (hide_name) headers_.add("Host: " + target_->authority());
  // The URL has the address then, not the name that the certificate is for.
  easy_->set(CURLOPT_SSL_VERIFYHOST, request_.verify_peer && !hide_name ? 2L : 0L);
}

void CurlHttpTransfer::set_tls() {
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  easy_->set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(request_.tls_max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  easy_->set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  easy_->set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  easy_->set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  easy_->set(CURLOPT_SSL_VERIFYPEER, request_.verify_peer ? 1L : 0L);
  if (!request_.verify_peer) {  // reading the store would hold the loop for some 30 ms, for nothing
    easy_->set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    easy_->set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void CurlHttpTransfer::set_request() {
  easy_->set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  easy_->set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  easy_->set(CURLOPT_USERAGENT, one_line(request_.user_agent).c_str());
  for (const std::string& line : header_lines(request_, method_)) headers_.add(line);
  easy_->set(CURLOPT_HTTPHEADER, headers_.get());
  switch (method_) {
    case HttpMethod::get: easy_->set(CURLOPT_HTTPGET, 1L); break;
    case HttpMethod::head: easy_->set(CURLOPT_NOBODY, 1L); break;
    case HttpMethod::del: easy_->set(CURLOPT_CUSTOMREQUEST, "DELETE"); break;
    case HttpMethod::post:
      easy_->set(CURLOPT_POST, 1L);
      easy_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      easy_->set(CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.data());
      break;
  }
}

void CurlHttpTransfer::set_callbacks() {
  easy_->set(CURLOPT_ERRORBUFFER, error_.data());
  easy_->set(CURLOPT_HEADERFUNCTION, &on_header);
  easy_->set(CURLOPT_HEADERDATA, this);
  easy_->set(CURLOPT_WRITEFUNCTION, &on_body);
  easy_->set(CURLOPT_WRITEDATA, this);
  easy_->set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  easy_->set(CURLOPT_OPENSOCKETDATA, this);
}

std::size_t CurlHttpTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  long status = 0;
  curl_easy_getinfo(transfer.easy_->get(), CURLINFO_RESPONSE_CODE, &status);
  return transfer.answer_.add_header({data, size * count}, status) ? size * count : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlHttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  return transfer.answer_.add_body({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
}

// As libcurl would do it, but with an eye on why it fails.
curl_socket_t CurlHttpTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  const int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    static_cast<CurlHttpTransfer*>(self)->no_socket_ = true;
  }
  return opened;
}

void CurlHttpTransfer::ended(CURLcode code) {
  if (no_socket_) return fail(http_status::stack_busy);
  if (code != CURLE_OK) return fail(http_status_of(code, error_.data()));
  if (!answer_.complete()) return fail(http_status::network_error);  // cut within the head: libcurl takes it for an end
  long status = 0;
  curl_easy_getinfo(easy_->get(), CURLINFO_RESPONSE_CODE, &status);
  if (auto target = next_target(status)) return follow(std::move(*target), status);
  finish(answer_.take(static_cast<int>(status)));
}

std::optional<HttpTarget> CurlHttpTransfer::next_target(long status) const {
  const bool moved = (status >= 301 && status <= 303) || status == 307 || status == 308;
  if (!moved || !request_.follow_redirects || redirects_ == max_redirects) return std::nullopt;
  // Not CURLINFO_REDIRECT_URL: where the URL has the address instead of the name, it would, too.
  curl_header* location = nullptr;
  if (curl_easy_header(easy_->get(), "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK) return std::nullopt;
  return redirected(*target_, location->value);
}

void CurlHttpTransfer::follow(HttpTarget target, long status) {
  const bool was_post = method_ == HttpMethod::post;
  if ((was_post && status <= 303) || (status == 303 && method_ == HttpMethod::del)) method_ = HttpMethod::get;
  target_ = std::move(target);
  ++redirects_;
  find_way();
}

// The last thing a transfer does: `done` may destroy it.
void CurlHttpTransfer::finish(HttpResult result) {
  const auto done = std::exchange(done_, nullptr);
  done(std::move(result));
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(asio::io_context& loop, RadioLink& link)
      : loop_(loop), link_(link), multi_(std::make_shared<CurlMulti>(loop)) {}

  std::unique_ptr<HttpTransfer> start(HttpRequest request, std::function<void(HttpResult)> done) override {
    return std::make_unique<CurlHttpTransfer>(loop_, link_, multi_, std::move(request), std::move(done));
  }

 private:
  asio::io_context& loop_;
  RadioLink& link_;
  std::shared_ptr<CurlMulti> multi_;  // shared with the transfers, so that client and transfers may go in any order
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_http_client(asio::io_context& loop, RadioLink& link) {
  return std::make_unique<CurlHttpClient>(loop, link);
}

}  // namespace sim800
