// CurlFtpRequest: libcurl's options.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_request.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace sim800 {
namespace {

// As for replies: libcurl's own 60 s would end a silence that the service is to end.
constexpr long accept_limit_ms = 86'400'000;

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string percent_encoded(CURL* easy, const std::string& text) {
  if (text.empty()) return {};
  const std::unique_ptr<char, FreeText> encoded(curl_easy_escape(easy, text.data(), static_cast<int>(text.size())));
  if (encoded == nullptr) throw std::bad_alloc();
  return encoded.get();
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
}

bool is_transfer(FtpVerb verb) { return verb == FtpVerb::get || verb == FtpVerb::put || verb == FtpVerb::list; }
bool takes_name(FtpVerb verb) { return verb != FtpVerb::list && verb != FtpVerb::mkd && verb != FtpVerb::rmd; }

}  // namespace

bool can_be_sent(const FtpRequest& request) {
  for (const std::string& text : {request.user, request.password, request.path, request.name}) {
    if (!is_plain(text)) return false;
  }
  if (!takes_name(request.verb)) return request.verb == FtpVerb::list || !request.path.empty();
  return !request.name.empty() && !request.name.ends_with('/');
}

CurlFtpRequest::CurlFtpRequest(FtpRequest request, std::string url, const FtpRoute& route)
    : request_(std::move(request)), url_(std::move(url)), easy_("ftp,ftps") {
  set_connection(route);
  set_login();
  set_tls();
}

void CurlFtpRequest::set_connection(const FtpRoute& route) {
  easy_.connect_to(route.server.address, route.server.port);
  easy_.set(CURLOPT_ACCEPTTIMEOUT_MS, accept_limit_ms);
  easy_.set(CURLOPT_FTP_USE_EPSV, 0L);
  easy_.set(CURLOPT_FTP_USE_EPRT, 0L);
  // Data goes to the control connection's address, whatever PASV says: the radio link leads there, and a server behind
  // a gateway often tells an address that is of no use.
  easy_.set(CURLOPT_FTP_SKIP_PASV_IP, 1L);
  if (!request_.passive) easy_.set(CURLOPT_FTPPORT, "-");  // the control connection's own address
  easy_.set(CURLOPT_PATH_AS_IS, 1L);
  easy_.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_NOCWD));
}

// Without a name libcurl would log in under one of its own.
void CurlFtpRequest::set_login() {
  easy_.set(CURLOPT_USERNAME, request_.user.empty() ? "anonymous" : request_.user.c_str());
  easy_.set(CURLOPT_PASSWORD, request_.password.c_str());
}

void CurlFtpRequest::set_tls() {
  if (request_.tls == FtpTls::off) return;
  if (request_.tls == FtpTls::explicit_) {
    easy_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    easy_.set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
  }
  easy_.set_tls(request_.tls_options);
  // Many servers want to see the control connection's session again on the data connection.
  easy_.set(CURLOPT_SSL_SESSIONID_CACHE, 1L);
}

// Not through the URL, where a path cannot be told from a name with a slash in it.
void CurlFtpRequest::enter_directory() {
  if (!request_.path.empty()) commands_.add("CWD " + request_.path);
}

// What needs no data connection: libcurl logs in, sends a list of commands and nothing else.
void CurlFtpRequest::set_commands() {
  easy_.set(CURLOPT_URL, url_.c_str());
  easy_.set(CURLOPT_QUOTE, commands_.get());
  easy_.set(CURLOPT_NOBODY, 1L);
}

void CurlFtpRequest::ask_for_login() {
  easy_.set(CURLOPT_URL, url_.c_str());
  easy_.set(CURLOPT_CONNECT_ONLY, 1L);
}

void CurlFtpRequest::ask_for_operation() {
  if (is_transfer(request_.verb)) {
    set_transfer();
  } else {
    add_operation();
    set_commands();
  }
  easy_.set(CURLOPT_FORBID_REUSE, 1L);  // quits at once
}

void CurlFtpRequest::add_operation() {
  switch (request_.verb) {
    case FtpVerb::mkd: commands_.add("MKD " + request_.path); break;
    case FtpVerb::rmd: commands_.add("RMD " + request_.path); break;
    case FtpVerb::dele:
      enter_directory();
      commands_.add("DELE " + request_.name);
      break;
    default:  // a size is that of the bytes only in TYPE I
      enter_directory();
      commands_.add("TYPE I");
      commands_.add("SIZE " + request_.name);
      break;
  }
}

void CurlFtpRequest::set_transfer() {
  enter_directory();
  easy_.set(CURLOPT_QUOTE, commands_.get());
  const bool listing = request_.verb == FtpVerb::list;
  easy_.set(CURLOPT_URL, (url_ + (listing ? "" : percent_encoded(easy_.get(), request_.name))).c_str());
  easy_.set(CURLOPT_NOBODY, 0L);
  // libcurl converts line ends in a transfer that it knows to be ASCII; a listing always is one for it.
  if (request_.ascii && !listing) before_transfer_.add("TYPE A");
  if (request_.verb == FtpVerb::put) {
    easy_.set(CURLOPT_UPLOAD, 1L);
    if (request_.put_option == FtpPutOption::append) easy_.set(CURLOPT_APPEND, 1L);
  } else if (request_.verb == FtpVerb::get) {
    // As much as the window frees at once.
    easy_.set(CURLOPT_BUFFERSIZE, static_cast<long>(FtpSession::window / 2));
    // libcurl would ask for the size first, give up where the server tells none, and compare it with what arrives,
    // which the server may have converted.
    easy_.set(CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
    if (request_.offset > 0) before_transfer_.add("REST " + std::to_string(request_.offset));
  }
  easy_.set(CURLOPT_PREQUOTE, before_transfer_.get());
}

}  // namespace sim800
