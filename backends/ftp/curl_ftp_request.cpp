// CurlFtpRequest: libcurl's options.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_request.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

#include "backends/curl/http_target.hpp"

namespace sim800 {
namespace {

// libcurl's own limits would end a silence that the service is to end.
constexpr long no_limit_s = 86'400;

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

CurlFtpRequest::CurlFtpRequest(FtpRequest request, std::string url, const FtpRoute& way)
    : request_(std::move(request)), url_(std::move(url)) {
  set_connection(way);
  set_login();
  set_tls();
}

// Nothing comes from the environment, and libcurl never has a name to resolve.
void CurlFtpRequest::set_connection(const FtpRoute& way) {
  easy_.set(CURLOPT_PROTOCOLS_STR, "ftp,ftps");
  easy_.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  easy_.set(CURLOPT_PROXY, "");
  easy_.set(CURLOPT_NOPROXY, "");
  connect_to_.add("::" + host_and_port(way.route.address, way.route.port));
  easy_.set(CURLOPT_CONNECT_TO, connect_to_.get());
  easy_.set(CURLOPT_NOSIGNAL, 1L);
  easy_.set(CURLOPT_CONNECTTIMEOUT, no_limit_s);
  easy_.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, no_limit_s);
  easy_.set(CURLOPT_ACCEPTTIMEOUT_MS, no_limit_s * 1000);

  easy_.set(CURLOPT_FTP_USE_EPSV, 0L);
  easy_.set(CURLOPT_FTP_USE_EPRT, 0L);
  // Data go to the control connection's address, whatever PASV says: there the radio link leads, and the address that a
  // server behind a gateway tells is often of no use.
  easy_.set(CURLOPT_FTP_SKIP_PASV_IP, 1L);
  if (!request_.passive) easy_.set(CURLOPT_FTPPORT, way.own_address.empty() ? "-" : way.own_address.c_str());
  easy_.set(CURLOPT_PATH_AS_IS, 1L);
  easy_.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_NOCWD));
}

// Without a name libcurl would log in as somebody of its own.
void CurlFtpRequest::set_login() {
  easy_.set(CURLOPT_USERNAME, request_.user.empty() ? "anonymous" : request_.user.c_str());
  easy_.set(CURLOPT_PASSWORD, request_.password.c_str());
}

// As for HTTP, but with session resumption: many servers want to see the control connection's session on the data's.
void CurlFtpRequest::set_tls() {
  if (request_.tls == FtpTls::explicit_) {
    easy_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    easy_.set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
  }
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  easy_.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(request_.tls_max)));
  easy_.set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  easy_.set(CURLOPT_SSL_VERIFYPEER, request_.verify_peer ? 1L : 0L);
  easy_.set(CURLOPT_SSL_VERIFYHOST, request_.verify_peer ? 2L : 0L);
  if (!request_.verify_peer) {
    easy_.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    easy_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

// Not by way of the URL, where a path cannot be told from a name with a slash in it.
void CurlFtpRequest::enter_directory() {
  if (!in_directory_ && !request_.path.empty()) commands_.add("CWD " + request_.path);
  in_directory_ = true;
}

// What needs no data connection: libcurl logs in, sends a list of commands and nothing else.
void CurlFtpRequest::set_commands() {
  easy_.set(CURLOPT_URL, url_.c_str());
  easy_.set(CURLOPT_QUOTE, commands_.get());
  easy_.set(CURLOPT_NOBODY, 1L);
}

void CurlFtpRequest::ask_for_name() {
  commands_ = {};
  enter_directory();
  if (!std::exchange(in_binary_, true)) commands_.add("TYPE I");
  commands_.add("*SIZE " + request_.name);  // the asterisk: a refusal is no failure
  set_commands();
}

void CurlFtpRequest::ask_for_operation() {
  commands_ = {};
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
  if (request_.verb == FtpVerb::put) {
    easy_.set(CURLOPT_UPLOAD, 1L);
    if (request_.put_option == FtpPutOption::append) easy_.set(CURLOPT_APPEND, 1L);
    // libcurl would turn LF into CR LF if it were told of ASCII.
    if (request_.ascii) before_transfer_.add("TYPE A");
  } else if (request_.verb == FtpVerb::get) {
    // As much as the window frees at once.
    easy_.set(CURLOPT_BUFFERSIZE, static_cast<long>(FtpSession::window / 2));
    // libcurl would ask for the size first, and refuse to go on where the server has none to tell.
    easy_.set(CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
    // Known to libcurl, so that it does not compare a size told with bytes that the server has converted.
    if (request_.ascii) easy_.set(CURLOPT_TRANSFERTEXT, 1L);
    if (request_.offset > 0) before_transfer_.add("REST " + std::to_string(request_.offset));
  }
  easy_.set(CURLOPT_PREQUOTE, before_transfer_.get());
}

}  // namespace sim800
