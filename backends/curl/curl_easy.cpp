// Owners for libcurl's handles, and the options that all clients on libcurl share.
// SPDX-License-Identifier: MIT
#include "backends/curl/curl_easy.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <new>

#include "backends/curl/http_target.hpp"
#include "backends/link/relay.hpp"

namespace sim800 {
namespace {

// libcurl's own limits (300 s to connect, 120 s for a reply) would end a silence that the service is to end.
constexpr long no_limit_s = 86'400;

void init_curl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw std::bad_alloc();
}

// libcurl always sets the name.  It is dropped here rather than left out of the URL, where it is needed: for the
// certificate, the Host header and redirects.
void drop_server_name(const SSL* ssl, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  SSL_ctrl(const_cast<SSL*>(ssl), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, nullptr);
}

CURLcode without_sni(CURL*, void* context, void*) {
  SSL_CTX_set_info_callback(static_cast<SSL_CTX*>(context), &drop_server_name);
  return CURLE_OK;
}

}  // namespace

void CurlList::add(const std::string& line) {
  curl_slist* const longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  // Appending keeps the first element, unless there was none.
  if (list_ == nullptr) list_.reset(longer);
}

CurlMultiHandle make_curl_multi() {
  init_curl();
  CurlMultiHandle multi(curl_multi_init());
  if (multi == nullptr) throw std::bad_alloc();
  return multi;
}

CurlEasy::CurlEasy(const char* schemes) {
  init_curl();
  handle_.reset(curl_easy_init());
  if (handle_ == nullptr) throw std::bad_alloc();
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_PROTOCOLS_STR, schemes);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, no_limit_s);
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT, no_limit_s);
}

void CurlEasy::connect_to(std::string_view address, std::uint16_t port) {
  connect_to_.add("::" + host_and_port(address, port));
  set(CURLOPT_CONNECT_TO, connect_to_.get());
}

void CurlEasy::set_tls(const TlsProfile& profile, bool verify_peer) {
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(profile.max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (!profile.sni) set(CURLOPT_SSL_CTX_FUNCTION, &without_sni);
  set(CURLOPT_SSL_VERIFYPEER, verify_peer ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, verify_peer ? 2L : 0L);
  if (!verify_peer) {  // reading the store would needlessly hold up the loop for some 30 ms
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

int open_socket(Relay* relay, const curl_sockaddr& address) {
  if (relay != nullptr) return relay->open_socket();
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

}  // namespace sim800
