// Owners for libcurl's handles, and the options that all clients on libcurl share.
// SPDX-License-Identifier: MIT
#include "backends/curl/curl_easy.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <new>

#include "backends/curl/http_target.hpp"
#include "backends/link/relay.hpp"
#include "backends/tls/tls_context.hpp"

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

// Called for each connection, after libcurl has set the context up: what is set here wins.
CURLcode set_context(CURL*, void* ssl_context, void* given) {
  SSL_CTX& context = *static_cast<SSL_CTX*>(ssl_context);
  const TlsOptions& options = *static_cast<const TlsOptions*>(given);
  if (!offer(context, options)) return CURLE_SSL_CONNECT_ERROR;
  if (!options.profile.sni) SSL_CTX_set_info_callback(&context, &drop_server_name);
  if (options.verify_peer) trust_authorities(*SSL_CTX_get_cert_store(&context), options);
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

void CurlEasy::set_tls(const TlsOptions& options) {
  tls_ = options;
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_0));  // or OpenSSL's own minimum applies
  set(CURLOPT_SSL_CTX_FUNCTION, &set_context);
  set(CURLOPT_SSL_CTX_DATA, &tls_);
  set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);  // a store that is shared must not be added to
  set(CURLOPT_SSL_VERIFYPEER, options.verify_peer ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, options.verify_peer ? 2L : 0L);
  if (!options.verify_peer) {  // reading the store would needlessly hold up the loop for some 30 ms
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

int open_socket(Relay* relay, const curl_sockaddr& address) {
  if (relay != nullptr) return relay->open_socket();
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

}  // namespace sim800
