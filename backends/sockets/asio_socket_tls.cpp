// TlsClient: OpenSSL between two memory BIOs.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <asio/ip/address.hpp>

#include "backends/sockets/tls_certificate.hpp"

namespace sim800 {
namespace {

bool is_numeric(const std::string& host) {
  std::error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

X509_STORE* TrustStore::get() {
  if (!store_) {
    store_.reset(X509_STORE_new());
    if (store_) X509_STORE_set_default_paths(store_.get());
  }
  return store_.get();
}

TlsClient::TlsClient(const SocketTls& wanted, const std::string& host, TrustStore& trust) {
  ERR_clear_error();
  usable_ = configure(wanted, host, trust);
  ERR_clear_error();
}

bool TlsClient::configure(const SocketTls& wanted, const std::string& host, TrustStore& trust) {
  constexpr std::array<int, 3> newest = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION};
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return false;
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, newest.at(static_cast<std::size_t>(wanted.max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  if (SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0") != 1) return false;
  // Servers that just close the TCP connection are common.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (wanted.verify_peer) {
    SSL_CTX_set1_cert_store(context, trust.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!wanted.certificate.empty() && !use_certificate(*context, wanted)) return false;

  ssl_.reset(SSL_new(context));
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  if (!ssl_ || in_ == nullptr || out_ == nullptr) {
    BIO_free(in_);
    BIO_free(out_);
    return false;
  }
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
  const bool numeric = is_numeric(host);
  if (wanted.sni && !numeric) {
    std::string name = host;
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  if (!wanted.verify_peer) return true;
  if (numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
  return SSL_set1_host(ssl_.get(), host.c_str()) == 1;
}

TlsClient::Step TlsClient::handshake() {
  if (!usable_) return Step::failed;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Step::done;
  const int why = SSL_get_error(ssl_.get(), result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? Step::waits : Step::failed;
}

void TlsClient::feed(std::string_view bytes) { BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())); }

void TlsClient::feed_end() { BIO_set_mem_eof_return(in_, 0); }

std::string TlsClient::take() {
  if (!usable_) return {};
  std::string bytes(BIO_ctrl_pending(out_), '\0');
  if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::size_t TlsClient::read(char* buffer, std::size_t room) {
  if (end_ != End::none) return 0;
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), buffer, room, &count);
  if (result == 1) return count;
  const int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_ZERO_RETURN) {
    end_ = End::closed;
  } else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
    end_ = End::broken;
  }
  return 0;
}

std::size_t TlsClient::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t count = 0;
  return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) == 1 ? count : 0;
}

void TlsClient::finish() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

}  // namespace sim800
