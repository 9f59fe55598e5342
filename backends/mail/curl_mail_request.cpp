// A MailLogin as libcurl's options.
// SPDX-License-Identifier: MIT
#include "backends/mail/curl_mail_request.hpp"

#include "backends/curl/http_target.hpp"

namespace sim800 {

std::string mail_url(const MailLogin& login) {
  const bool smtp = login.protocol == MailProtocol::smtp;
  const std::string scheme = std::string(smtp ? "smtp" : "pop3") + (login.tls == MailTls::implicit ? "s" : "");
  const auto url = make_url(scheme, login.host, login.port);
  // EHLO tells the name behind the host: not this machine's.
  return url ? *url + (smtp ? "sim800" : "") : "";
}

void set_mail_options(CurlEasy& easy, const MailLogin& login, const std::string& url, const Route& route) {
  easy.set(CURLOPT_URL, url.c_str());
  easy.set(CURLOPT_CONNECT_ONLY, 1L);
  easy.connect_to(route.address, route.port);
  // libcurl 7.88 would log in to POP3 by SASL or APOP, which the module does not have; without an account it leaves
  // that to us.
  if (login.account && login.protocol == MailProtocol::smtp) {
    easy.set(CURLOPT_USERNAME, login.account->user.c_str());
    easy.set(CURLOPT_PASSWORD, login.account->password.c_str());
  }
  if (login.tls == MailTls::off) return;
  if (login.tls == MailTls::upgraded) easy.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  easy.set_tls(login.tls_options);
}

}  // namespace sim800
