// CurlHttpTransfer: its course where no fault interferes.  Each redirect is a connection of its own through the link.
// SPDX-License-Identifier: MIT
#include "backends/http/curl_http_transfer.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <cerrno>
#include <utility>

#include "backends/http/curl_http_status.hpp"
#include "backends/link/tcp_options.hpp"

namespace sim800 {
namespace {

constexpr int max_redirects = 5;

}  // namespace

CurlHttpTransfer::CurlHttpTransfer(Parts parts, HttpRequest request, std::function<void(HttpResult)> done)
    : loop_(parts.loop),
      link_(parts.link),
      multi_(std::move(parts.multi)),
      request_(std::move(request)),
      done_(std::move(done)),
      method_(request_.method),
      target_(make_http_target(request_.tls, request_.host, request_.port, request_.path)),
      gate_(link_.clock(), std::move(parts.watch),
            {.end = [this](const Verdict& verdict) { return end_by_fault(verdict); },
             .resume = [this] { process_later(); }}),
      answer_(request_.limit) {
  if (target_ && !gate_.watched()) {
    find_route();
    return;
  }
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) start();
  });
}

CurlHttpTransfer::~CurlHttpTransfer() {
  if (hop_) multi_->remove(hop_->handle());
}

HttpProgress CurlHttpTransfer::progress() const {
  if (method_ == HttpMethod::post && !answer_.complete() && delivered() < request_.body.size()) {
    return {true, delivered(), request_.body.size()};
  }
  curl_off_t expected = 0;
  if (hop_) curl_easy_getinfo(hop_->handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
  return {false, answer_.body_size(), expected > 0 ? static_cast<std::size_t>(expected) : 0};
}

// What is still on its way is the end of the body; TLS makes it a little longer than it is.
std::size_t CurlHttpTransfer::delivered() const {
  if (!hop_) return delivered_;
  curl_off_t sent = 0;
  curl_easy_getinfo(hop_->handle(), CURLINFO_SIZE_UPLOAD_T, &sent);
  const std::uint64_t written = static_cast<std::uint64_t>(sent);
  const std::uint64_t under_way = unacknowledged(socket_) + (relay_ ? relay_->in_flight() : 0);
  delivered_ = std::max<std::size_t>(delivered_, written - std::min(written, under_way));
  return delivered_;
}

void CurlHttpTransfer::start() {
  if (!target_) return fail(http_status::dns_error);
  gate_.reach(Phase::dns, [this] { find_route(); });
}

// With a proxy, the proxy resolves the target's name.
void CurlHttpTransfer::find_route() {
  const std::string& host = has_proxy() ? request_.proxy_host : target_->host;
  const std::uint16_t port = has_proxy() ? request_.proxy_port : target_->port;
  lookup_ = link_.route(host, port, [this](const Route& route) {
    if (route.kind == Route::Kind::unresolvable) return fail(http_status::dns_error);
    gate_.reach(Phase::connect, [this, route] { take(route); });
  });
}

void CurlHttpTransfer::take(const Route& route) {
  switch (route.kind) {
    case Route::Kind::reachable: return gate_.watched() || link_.relays() ? connect(route) : request_by(route);
    case Route::Kind::unresolvable:
    case Route::Kind::unreachable:
    case Route::Kind::refused: return fail(http_status::network_error);
    case Route::Kind::black_hole: return;
  }
}

void CurlHttpTransfer::connect(const Route& route) {
  connected_ = false;
  relay_ = link_.relay(route, [this](std::error_code error, std::uint16_t port) {
    if (error == std::errc::too_many_files_open) return fail(http_status::stack_busy);
    if (error) return fail(http_status::network_error);
    connected_ = true;
    const auto go_on = [this, port] { request_by({Route::Kind::reachable, "127.0.0.1", port}); };
    if (!target_->tls) return go_on();
    gate_.reach(Phase::tls, go_on);
  });
  gate_.carry(*relay_);
}

void CurlHttpTransfer::request_by(const Route& route) {
  answer_ = HttpAnswer(request_.limit);
  hop_.reset();
  socket_ = -1;
  delivered_ = 0;
  hop_.emplace(request_, method_, *target_, route);
  set_callbacks();
  CurlEasy& easy = hop_->easy();
  if (!easy.ok() || !multi_->add(easy.get(), [this](CURLcode code) { ended(code); })) fail(http_status::stack_busy);
}

void CurlHttpTransfer::set_callbacks() {
  CurlEasy& easy = hop_->easy();
  easy.set(CURLOPT_HEADERFUNCTION, &on_header);
  easy.set(CURLOPT_HEADERDATA, this);
  easy.set(CURLOPT_WRITEFUNCTION, &on_body);
  easy.set(CURLOPT_WRITEDATA, this);
  easy.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  easy.set(CURLOPT_OPENSOCKETDATA, this);
  if (!gate_.watched()) return;
  easy.set(CURLOPT_PREREQFUNCTION, &on_request);
  easy.set(CURLOPT_PREREQDATA, this);
  if (method_ != HttpMethod::post || request_.body.empty()) return;
  uploaded_ = 0;
  easy.set(CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
  easy.set(CURLOPT_READFUNCTION, &on_upload);
  easy.set(CURLOPT_READDATA, this);
}

long CurlHttpTransfer::status() const {
  long status = 0;
  curl_easy_getinfo(hop_->handle(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::size_t CurlHttpTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  const std::string_view line(data, size * count);
  const bool taken = transfer.gate_.watched()
                         ? transfer.keep({Event::Kind::header, std::string(line), transfer.status()})
                         : transfer.answer_.add_header(line, transfer.status());
  return taken ? line.size() : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlHttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  const std::string_view bytes(data, size * count);
  const bool taken = transfer.gate_.watched() ? transfer.keep({Event::Kind::body, std::string(bytes)})
                                              : transfer.answer_.add_body(bytes);
  return taken ? bytes.size() : CURL_WRITEFUNC_ERROR;
}

// A process that has run out of sockets is told from a server that cannot be reached.
curl_socket_t CurlHttpTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  const int opened = sim800::open_socket(transfer.relay_.get(), *address);
  transfer.socket_ = opened;
  if (opened < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    transfer.no_socket_ = true;
  }
  return opened;
}

void CurlHttpTransfer::ended(CURLcode code) {
  if (no_socket_) return fail(http_status::stack_busy);
  if (gate_.watched() && !events_.empty() && events_.back().kind != Event::Kind::end) {
    keep({Event::Kind::end, {}, 0, code});
    return process();
  }
  if (gate_.held()) {
    keep({Event::Kind::end, {}, 0, code});
    return;
  }
  if (code != CURLE_OK) {
    const int failure = http_status_of(code, hop_->easy().error());
    return failure == http_status::no_memory ? fail(failure) : finish(so_far(failure));
  }
  if (!answer_.complete())
    return fail(http_status::network_error);  // cut within the head, which libcurl takes for its end
  const long answered = status();
  if (auto target = next_target(answered)) return follow(std::move(*target), answered);
  succeed(answered);
}

// A response that only leads to the next one is not for the host.
HttpResult CurlHttpTransfer::so_far(int failure) const {
  const bool kept = hop_ && answer_.complete() && !http_status::is_own(status()) && !next_target(status());
  return kept ? answer_.result(failure) : HttpResult{failure, {}, {}};
}

void CurlHttpTransfer::succeed(long answered) {
  if (http_status::is_own(answered)) return fail(http_status::network_error);
  finish(answer_.take(static_cast<int>(answered)));
}

std::optional<HttpTarget> CurlHttpTransfer::next_target(long status) const {
  const bool moved = (status >= 301 && status <= 303) || status == 307 || status == 308;
  if (!moved || !request_.follow_redirects || redirects_ == max_redirects) return std::nullopt;
  curl_header* location = nullptr;
  CURL* const easy = hop_->handle();
  if (curl_easy_header(easy, "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK) return std::nullopt;
  auto target = redirected(*target_, location->value);
  // AT+HTTPSSL decides whether there is TLS, not a server.
  return target && target->tls == target_->tls ? target : std::nullopt;
}

void CurlHttpTransfer::follow(HttpTarget target, long status) {
  const bool was_post = method_ == HttpMethod::post;
  if ((was_post && status <= 303) || (status == 303 && method_ == HttpMethod::del)) method_ = HttpMethod::get;
  hop_.reset();
  target_ = std::move(target);
  ++redirects_;
  find_route();
}

// The last action of a transfer: `done` may destroy it.
void CurlHttpTransfer::finish(HttpResult result) {
  if (hop_) multi_->remove(hop_->handle());
  events_.clear();
  gate_.forget();
  lookup_.reset();
  relay_.reset();
  const auto done = std::exchange(done_, nullptr);
  if (done) done(std::move(result));
}

}  // namespace sim800
