// SPDX-License-Identifier: MIT
#include "emulator/internet/mail_connection.hpp"

#include <algorithm>
#include <utility>

#include "emulator/core/world.hpp"
#include "emulator/internet/mail_settings.hpp"
#include "emulator/tls/tls_client.hpp"

namespace sim800 {

MailConnection::MailConnection(const Environment& environment, const Settings& settings, const Bearers& bearers,
                               TlsClient& tls_client, MailClient& client)
    : environment_(environment), settings_(settings), bearers_(bearers), tls_client_(tls_client), client_(client) {}

Task<int> MailConnection::enter(MailLogin login) {
  entered_.reset();
  ended_.reset();
  closed_ = false;
  if (!bearers_.connected(settings_.number(key::emailcid))) {
    ended_ = mail_code::network_error;
    co_return mail_code::network_error;
  }
  login.tls = static_cast<MailTls>(settings_.number(key::emailssl));
  login.tls_options = tls_client_.options();
  host_ = login.host;
  port_ = login.port;
  protocol_ = login.protocol;
  record("connect", mail_code::done);
  open_ = true;
  session_ = client_.start(std::move(login), {.heard =
                                                  [this] {
                                                    if (!entered_) expect();
                                                  },
                                              .entered =
                                                  [this](int code) {
                                                    entered_ = code;
                                                    news.raise();
                                                  },
                                              .changed =
                                                  [this] {
                                                    look_for_progress();
                                                    news.raise();
                                                  },
                                              .closed =
                                                  [this] {
                                                    closed_ = true;
                                                    news.raise();
                                                  }});
  expect();
  while (!entered_ && !ended_) co_await news;
  rest();
  if (!ended_ && *entered_ != mail_code::done) ended_ = entered_;
  if (ended_ == mail_code::tls_no_channel || ended_ == mail_code::tls_alert) tls_client_.failed(host_, port_);
  record(ended_ ? "failed" : "connected", ended_.value_or(mail_code::done));
  co_return ended_.value_or(mail_code::done);
}

void MailConnection::close() {
  if (open_) record("closed", ended_.value_or(mail_code::done));
  open_ = false;
  session_.reset();
  kept_.clear();
  rest();
}

void MailConnection::record(std::string_view phase, int code) const {
  environment_.record("mail",
                      {{"phase", phase}, {"host", host_}, {"port", std::int64_t{port_}}, {"code", std::int64_t{code}}});
}

void MailConnection::end(int code) {
  if (ended_) return;
  ended_ = code;
  rest();
  news.raise();
}

bool MailConnection::over() {
  if (closed_ && (readable().empty() || readable().find('\n') == std::string_view::npos)) end(mail_code::network_error);
  return ended_.has_value();
}

void MailConnection::bearer_closed(unsigned cid) {
  if (!session_ || settings_.number(key::emailcid) != cid) return;
  kept_ = session_->readable();
  session_.reset();
  end(mail_code::network_error);
}

void MailConnection::expect() {
  expecting_ = true;
  silence_ = environment_.clock.after(std::chrono::seconds(settings_.number(key::emailto)),
                                      [this] { end(mail_code::timeout); });
}

void MailConnection::look_for_progress() {
  const std::size_t before = std::exchange(room_, room());
  if (expecting_ && room_ > before) expect();
}

void MailConnection::rest() {
  expecting_ = false;
  silence_.cancel();
}

void MailConnection::consume(std::size_t count) {
  if (session_) {
    session_->consume(count);
  } else {
    kept_.erase(0, count);
  }
}

void MailConnection::write(std::string_view bytes) {
  if (session_) session_->write(bytes);
  room_ = room();
}

/// A line that does not end within the window is taken as it is.
std::optional<std::string> MailConnection::take_line() {
  const std::string_view bytes = readable();
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos && bytes.size() < MailSession::window) return std::nullopt;
  const std::size_t length = std::min(end, bytes.size());
  std::string line(bytes.substr(0, length));
  if (line.ends_with('\r')) line.pop_back();
  consume(std::min(length + 1, bytes.size()));
  return line;
}

bool MailConnection::continues(std::string_view line) const {
  return protocol_ == MailProtocol::smtp && line.size() > 3 && line[3] == '-';
}

Task<std::optional<std::string>> MailConnection::reply() {
  expect();
  std::size_t length = 0;
  while (!ended_) {
    auto line = take_line();
    if (!line) {
      if (!over()) co_await news;
      continue;
    }
    length += line->size() + 2;
    if (length > max_reply) {
      end(mail_code::response_error);
    } else if (!continues(*line)) {
      rest();
      co_return line;
    }
  }
  co_return std::nullopt;
}

Task<bool> MailConnection::write_all(std::string_view bytes) {
  expect();
  while (!bytes.empty()) {
    if (closed_) end(mail_code::network_error);
    if (ended_) co_return false;
    const std::size_t count = std::min(bytes.size(), room());
    write(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (!bytes.empty()) co_await news;
  }
  co_return true;
}

std::uint16_t mail_port(const Settings& settings, MailProtocol protocol) {
  const bool smtp = protocol == MailProtocol::smtp;
  const std::uint32_t given = smtp ? settings.number(key::smtpsrv_port) : settings.number(key::pop3srv_port);
  const bool encrypted = settings.number(key::emailssl) == 1;
  if (given != 0) return static_cast<std::uint16_t>(given);
  return smtp ? (encrypted ? 465 : 25) : (encrypted ? 995 : 110);
}

}  // namespace sim800
