// From libcurl's code, the last command and the last reply to the module's code.
// SPDX-License-Identifier: MIT
#include "backends/mail/curl_mail_code.hpp"

#include <algorithm>
#include <array>

#include "backends/curl/tls_failure.hpp"

namespace sim800 {
namespace {

// The server has no AUTH, or not on this connection: it says nothing about the account.
bool refuses_to_ask(int reply) {
  constexpr std::array codes = {500, 501, 502, 503, 504, 530, 534, 538};
  return std::ranges::find(codes, reply) != codes.end();
}

int smtp_denied(const MailControlConnection& control) {
  if (control.command() != "AUTH" || refuses_to_ask(control.code())) return smtp_code::not_authenticated;
  return control.code() < 500 ? mail_code::response_error : smtp_code::bad_account;
}

}  // namespace

int mail_code_of(CURLcode code, std::string_view error, const MailControlConnection& control, const MailLogin& login) {
  const bool smtp = login.protocol == MailProtocol::smtp;
  // Or libcurl's own limit, over all replies of a log-in, was the first to be met.
  if (control.unreadable() || error.starts_with("Too large response headers")) return mail_code::response_error;
  if (code == CURLE_OK) {
    const bool missed = smtp && login.account && !control.authenticated();  // the server has no AUTH
    return missed ? smtp_code::not_authenticated : mail_code::done;
  }
  if (const auto tls = tls_failure(code, error, {mail_code::tls_no_channel, mail_code::tls_alert})) return *tls;
  switch (code) {
    case CURLE_COULDNT_CONNECT: return mail_code::connect_error;
    case CURLE_LOGIN_DENIED: return smtp_denied(control);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_REMOTE_ACCESS_DENIED:
      return !smtp && control.status().starts_with("-ERR") ? pop3_code::rejected : mail_code::response_error;
    default: return mail_code::network_error;
  }
}

}  // namespace sim800
