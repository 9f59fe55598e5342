// MailClient on libcurl: greeting, TLS and AUTH are its business (CURLOPT_CONNECT_ONLY), the rest is the
// owner's.
// SPDX-License-Identifier: MIT
#include "backends/mail/curl_mail.hpp"

#include <sys/socket.h>

#include <array>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <utility>

#include "backends/curl/curl_easy.hpp"
#include "backends/curl/curl_multi.hpp"
#include "backends/curl/http_target.hpp"
#include "backends/link/relay.hpp"
#include "backends/mail/curl_mail_code.hpp"
#include "backends/mail/mail_control_connection.hpp"

namespace sim800 {
namespace {

// libcurl's own limits would end a silence that the service is to end.
constexpr long no_limit_s = 86'400;

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
  void find_way();
  void take(const Route& route);
  void connect(const Route& route);
  void log_in(const Route& route);
  void set_connection(const Route& route);
  void set_account();
  void set_tls();
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
  std::shared_ptr<MailEvents> events_;  // shared with the event that is being told, as it may destroy the session
  std::string url_;
  MailControlConnection talk_;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Relay> relay_;  // null: the connection is a direct one
  std::array<char, CURL_ERROR_SIZE> error_{};
  // libcurl refers to what stands above; the handle is out of `multi_` when it goes.
  CurlList connect_to_;
  CurlEasy easy_;
  CurlMulti multi_;                            // its own: nothing else looks into its connections
  asio::posix::stream_descriptor descriptor_;  // libcurl's socket, once logged in; never closed here
  std::string received_, outgoing_;
  std::size_t consumed_ = 0;  // of received_
  bool in_ = false;
  bool closed_ = false;
  bool reading_ = false, writing_ = false;  // asio has been asked
  bool acting_ = false;                     // act() will come
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

CurlMailSession::CurlMailSession(asio::io_context& loop, RadioLink& link, MailLogin login, MailEvents events)
    : loop_(loop),
      link_(link),
      login_(std::move(login)),
      events_(std::make_shared<MailEvents>(std::move(events))),
      talk_(login_.protocol),
      multi_(loop),
      descriptor_(loop) {
  if (const auto target = make_http_target(false, login_.host, login_.port, "/")) {
    const bool smtp = login_.protocol == MailProtocol::smtp;
    const bool tls = login_.tls == MailTls::implicit;
    const char* const scheme = smtp ? (tls ? "smtps://" : "smtp://") : (tls ? "pop3s://" : "pop3://");
    // What stands behind the host is the name that EHLO tells: not this machine's.
    url_ = scheme + host_and_port(target->host, target->port) + (smtp ? "/sim800" : "/");
    find_way();
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

void CurlMailSession::find_way() {
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
  set_connection(route);
  set_account();
  set_tls();
  set_callbacks();
  const bool started =
      easy_.ok() && multi_.add(easy_.get(), [this](CURLcode code) { ended(code); }, CurlMulti::Afterwards::keep);
  if (!started) fail(mail_code::network_error);
}

// Nothing comes from the environment, and libcurl never has a name to resolve.
void CurlMailSession::set_connection(const Route& route) {
  easy_.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps,pop3,pop3s");
  easy_.set(CURLOPT_URL, url_.c_str());
  easy_.set(CURLOPT_CONNECT_ONLY, 1L);
  easy_.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  easy_.set(CURLOPT_PROXY, "");
  easy_.set(CURLOPT_NOPROXY, "");
  connect_to_.add("::" + host_and_port(route.address, route.port));
  easy_.set(CURLOPT_CONNECT_TO, connect_to_.get());
  easy_.set(CURLOPT_NOSIGNAL, 1L);
  easy_.set(CURLOPT_CONNECTTIMEOUT, no_limit_s);
  easy_.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, no_limit_s);
}

// libcurl 7.88 would log in to POP3 by SASL or APOP, which the module does not have; without an account it stops there.
void CurlMailSession::set_account() {
  if (!login_.account || login_.protocol != MailProtocol::smtp) return;
  easy_.set(CURLOPT_USERNAME, login_.account->user.c_str());
  easy_.set(CURLOPT_PASSWORD, login_.account->password.c_str());
}

// As for HTTP.
void CurlMailSession::set_tls() {
  if (login_.tls == MailTls::off) return;
  if (login_.tls == MailTls::upgraded) easy_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  easy_.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(login_.tls_max)));
  easy_.set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  easy_.set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  easy_.set(CURLOPT_SSL_VERIFYPEER, login_.verify_peer ? 1L : 0L);
  easy_.set(CURLOPT_SSL_VERIFYHOST, login_.verify_peer ? 2L : 0L);
  if (!login_.verify_peer) {
    easy_.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    easy_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void CurlMailSession::set_callbacks() {
  easy_.set(CURLOPT_ERRORBUFFER, error_.data());
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
  if (type == CURLINFO_HEADER_OUT && !session.in_) session.talk_.sent({data, size});
  return 0;
}

std::size_t CurlMailSession::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& session = *static_cast<CurlMailSession*>(self);
  session.tell_heard();
  return session.talk_.received({data, size * count}) ? size * count : 0;
}

curl_socket_t CurlMailSession::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  const auto& relay = static_cast<CurlMailSession*>(self)->relay_;
  return relay ? relay->open_socket() : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Not from within libcurl, as an event may destroy the session.
void CurlMailSession::tell_heard() {
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto events = events_;
    if (events->heard) events->heard();
  });
}

void CurlMailSession::ended(CURLcode code) {
  const int result = mail_code_of(code, error_.data(), talk_, login_);
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

// The last thing that happens before it is logged in: the event may destroy it.
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
  if (!writing_ && !push()) act_later();  // which finds out once more, where it may be told
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

// Reads what there is room for.  False: the connection has ended.
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
  if (events->heard) events->heard();
  if (alive.expired()) return;
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
