// MailClient on libcurl, which handles greeting, TLS and AUTH (CURLOPT_CONNECT_ONLY); the owner does the rest.
// SPDX-License-Identifier: MIT
#include "backends/mail/curl_mail.hpp"

#include <array>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <utility>

#include "backends/curl/curl_easy.hpp"
#include "backends/curl/curl_multi.hpp"
#include "backends/link/relay.hpp"
#include "backends/mail/curl_mail_code.hpp"
#include "backends/mail/curl_mail_request.hpp"
#include "backends/mail/mail_control_connection.hpp"

namespace sim800 {
namespace {

class CurlMailSession final : public MailSession {
 public:
  CurlMailSession(asio::io_context& loop, RadioLink& link, MailLogin login, MailEvents events);
  ~CurlMailSession() override;
  CurlMailSession(const CurlMailSession&) = delete;
  CurlMailSession& operator=(const CurlMailSession&) = delete;

  std::string_view readable() const override { return std::string_view(received_).substr(consumed_); }
  void consume(std::size_t count) override;
  std::size_t room() const override { return in_ && !closed_ ? window - outgoing_.size() : 0; }
  void write(std::string_view bytes) override;

 private:
  void find_route();
  void take(const Route& route);
  void connect(const Route& route);
  void log_in(const Route& route);
  void set_callbacks();
  void ended(CURLcode code);
  void entered();
  void tell_heard();
  void fail(int code);
  void wait_to_read();
  void wait_to_write();
  bool pull();
  bool push();
  void act(bool readable);
  void act_later();
  void close();

  static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  asio::io_context& loop_;
  RadioLink& link_;
  const MailLogin login_;
  std::shared_ptr<MailEvents> events_;  // shared with the event that is being called, as it may destroy the session
  const std::string url_;               // empty: there can be no such host
  MailControlConnection control_;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Relay> relay_;  // null: the connection is direct
  // libcurl refers to the members above; remove the handle from `multi_` first.
  CurlEasy easy_;
  CurlMulti multi_;                            // its own: nothing else watches its connections
  asio::posix::stream_descriptor descriptor_;  // libcurl's socket, once logged in; never closed here
  std::string received_, outgoing_;
  std::size_t consumed_ = 0;  // of received_
  bool in_ = false;
  bool closed_ = false;
  bool reading_ = false, writing_ = false;  // asio was asked
  bool acting_ = false;                     // act() is pending
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

CurlMailSession::CurlMailSession(asio::io_context& loop, RadioLink& link, MailLogin login, MailEvents events)
    : loop_(loop),
      link_(link),
      login_(std::move(login)),
      events_(std::make_shared<MailEvents>(std::move(events))),
      url_(mail_url(login_)),
      control_(login_.protocol),
      easy_("smtp,smtps,pop3,pop3s"),
      multi_(loop),
      descriptor_(loop) {
  if (!url_.empty()) {
    find_route();
    return;
  }
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) fail(mail_code::dns_error);
  });
}

CurlMailSession::~CurlMailSession() {
  if (descriptor_.is_open()) descriptor_.release();
  multi_.remove(easy_.get());
}

void CurlMailSession::find_route() {
  lookup_ = link_.route(login_.host, login_.port, [this](const Route& route) { take(route); });
}

void CurlMailSession::take(const Route& route) {
  switch (route.kind) {
    case Route::Kind::reachable: return link_.relays() ? connect(route) : log_in(route);
    case Route::Kind::unresolvable: return fail(mail_code::dns_error);
    case Route::Kind::unreachable:
    case Route::Kind::refused: return fail(mail_code::connect_error);
    case Route::Kind::black_hole: return;
  }
}

void CurlMailSession::connect(const Route& route) {
  relay_ = link_.relay(route, [this](std::error_code error, std::uint16_t port) {
    if (error) return fail(mail_code::connect_error);
    log_in({Route::Kind::reachable, "127.0.0.1", port});
  });
}

void CurlMailSession::log_in(const Route& route) {
  set_mail_options(easy_, login_, url_, route);
  set_callbacks();
  const bool started =
      easy_.ok() && multi_.add(easy_.get(), [this](CURLcode code) { ended(code); }, CurlMulti::Afterwards::keep);
  if (!started) fail(mail_code::network_error);
}

void CurlMailSession::set_callbacks() {
  easy_.set(CURLOPT_VERBOSE, 1L);
  easy_.set(CURLOPT_DEBUGFUNCTION, &on_debug);
  easy_.set(CURLOPT_DEBUGDATA, this);
  easy_.set(CURLOPT_HEADERFUNCTION, &on_reply);
  easy_.set(CURLOPT_HEADERDATA, this);
  easy_.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  easy_.set(CURLOPT_OPENSOCKETDATA, this);
}

int CurlMailSession::on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& session = *static_cast<CurlMailSession*>(self);
  if (type == CURLINFO_HEADER_OUT && !session.in_) session.control_.sent({data, size});
  return 0;
}

std::size_t CurlMailSession::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& session = *static_cast<CurlMailSession*>(self);
  const bool readable = session.control_.received({data, size * count});
  if (session.control_.complete()) session.tell_heard();
  return readable ? size * count : 0;
}

curl_socket_t CurlMailSession::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  return sim800::open_socket(static_cast<CurlMailSession*>(self)->relay_.get(), *address);
}

// Not inside libcurl, because an event may destroy the session.
void CurlMailSession::tell_heard() {
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto events = events_;
    if (events->heard) events->heard();
  });
}

void CurlMailSession::ended(CURLcode code) {
  const int result = mail_code_of(code, easy_.error(), control_, login_);
  if (result != mail_code::done) return fail(result);
  curl_socket_t socket = CURL_SOCKET_BAD;
  std::error_code error;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK || socket == CURL_SOCKET_BAD) {
    return fail(mail_code::network_error);
  }
  descriptor_.assign(socket, error);
  if (error) return fail(mail_code::network_error);
  entered();
}

void CurlMailSession::entered() {
  in_ = true;
  wait_to_read();
  const auto events = events_;
  if (events->entered) events->entered(mail_code::done);
}

// The last action before login completes: the event may destroy it.
void CurlMailSession::fail(int code) {
  lookup_.reset();
  const auto events = events_;
  if (events->entered) events->entered(code);
}

// --- what goes over the connection

void CurlMailSession::consume(std::size_t count) {
  consumed_ += count;
  if (in_ && !closed_ && !reading_) act_later();
}

void CurlMailSession::write(std::string_view bytes) {
  if (!in_ || closed_) return;
  outgoing_ += bytes;
  if (!writing_ && !push()) act_later();  // which finds out again, where it may be reported
}

void CurlMailSession::wait_to_read() {
  if (std::exchange(reading_, true)) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                         [this, alive = std::weak_ptr(alive_)](std::error_code) {
                           if (alive.expired()) return;
                           reading_ = false;
                           act(true);
                         });
}

void CurlMailSession::wait_to_write() {
  if (std::exchange(writing_, true)) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_write,
                         [this, alive = std::weak_ptr(alive_)](std::error_code) {
                           if (alive.expired()) return;
                           writing_ = false;
                           act(false);
                         });
}

void CurlMailSession::act_later() {
  if (std::exchange(acting_, true)) return;
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    acting_ = false;
    act(true);
  });
}

// Reads as much as fits. False: the connection has ended.
bool CurlMailSession::pull() {
  received_.erase(0, std::exchange(consumed_, 0));
  while (received_.size() < window) {
    std::array<char, 4096> block;
    std::size_t count = 0;
    const CURLcode code =
        curl_easy_recv(easy_.get(), block.data(), std::min(block.size(), window - received_.size()), &count);
    if (code == CURLE_AGAIN) {
      wait_to_read();
      return true;
    }
    if (code != CURLE_OK || count == 0) return false;
    received_.append(block.data(), count);
  }
  return true;
}

bool CurlMailSession::push() {
  std::size_t done = 0;
  CURLcode code = CURLE_OK;
  while (done < outgoing_.size() && code == CURLE_OK) {
    std::size_t count = 0;
    code = curl_easy_send(easy_.get(), outgoing_.data() + done, outgoing_.size() - done, &count);
    done += count;
  }
  outgoing_.erase(0, done);
  if (code == CURLE_AGAIN) wait_to_write();
  return code == CURLE_OK || code == CURLE_AGAIN;
}

void CurlMailSession::act(bool readable) {
  if (closed_) return;
  const bool sound = push() && (!readable || reading_ || pull());
  const std::weak_ptr alive(alive_);
  const auto events = events_;
  if (events->changed) events->changed();
  if (alive.expired() || sound) return;
  close();
}

void CurlMailSession::close() {
  if (std::exchange(closed_, true)) return;
  const auto events = events_;
  if (events->closed) events->closed();
}

class CurlMailClient final : public MailClient {
 public:
  CurlMailClient(asio::io_context& loop, RadioLink& link) : loop_(loop), link_(link) {}
  std::unique_ptr<MailSession> start(MailLogin login, MailEvents events) override {
    return std::make_unique<CurlMailSession>(loop_, link_, std::move(login), std::move(events));
  }

 private:
  asio::io_context& loop_;
  RadioLink& link_;
};

}  // namespace

std::unique_ptr<MailClient> make_curl_mail_client(asio::io_context& loop, RadioLink& link) {
  return std::make_unique<CurlMailClient>(loop, link);
}

}  // namespace sim800
