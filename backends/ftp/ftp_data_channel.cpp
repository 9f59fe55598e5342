// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_data_channel.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <poll.h>

#include <utility>

#include "backends/link/radio_link.hpp"

namespace sim800 {

FtpDataChannel::FtpDataChannel(SSL& control, int socket, Wait wait)
    : ssl_(SSL_new(SSL_get_SSL_CTX(&control))), wait_(std::move(wait)) {
  if (!ssl_) return;
  SSL_set_msg_callback(ssl_.get(), nullptr);  // libcurl's, which would look for a transfer
  if (SSL_set_fd(ssl_.get(), socket) != 1) ssl_.reset();
  if (ssl_) SSL_set_session(ssl_.get(), SSL_get0_session(&control));
}

// 1, or OpenSSL's result that is no reason to wait.
template <class Act>
int FtpDataChannel::drive(Act act) {
  for (;;) {
    ERR_clear_error();
    const int result = act();
    if (result > 0) return 1;
    const int reason = SSL_get_error(ssl_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return result;
    if (!wait_(reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return -1;
  }
}

CURLcode FtpDataChannel::shake_hands(const FtpRequest& request, std::string& error) {
  if (!ssl_) return CURLE_SSL_CONNECT_ERROR;
  const bool named = !numeric_address(request.host);
  // The control connection's context takes the name away again where the module tells none.
  std::string name = request.host;
  if (named && SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1) {
    return CURLE_SSL_CONNECT_ERROR;
  }
  if (request.tls_options.verify_peer) {
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_.get());
    if (named) X509_VERIFY_PARAM_set1_host(wanted, request.host.c_str(), request.host.size());
    if (!named) X509_VERIFY_PARAM_set1_ip_asc(wanted, request.host.c_str());
  }
  if (drive([this] { return SSL_connect(ssl_.get()); }) == 1) return CURLE_OK;
  if (SSL_get_verify_result(ssl_.get()) != X509_V_OK && request.tls_options.verify_peer) {
    return CURLE_PEER_FAILED_VERIFICATION;
  }
  error = fmt::format("error:{:08X}:", ERR_peek_error());
  return CURLE_SSL_CONNECT_ERROR;
}

bool FtpDataChannel::send(std::string_view bytes) {
  return drive([this, bytes] { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }) == 1;
}

void FtpDataChannel::finish() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

}  // namespace sim800
