// TLS streams: what the module speaks, and with whom.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "backends/link/radio_link.hpp"

namespace sim800 {
namespace {

using Context = std::unique_ptr<SSL_CTX, ReleasedBy<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, ReleasedBy<SSL_free>>;

Context make_context(const SocketTls& wanted, TrustStore& trust) {
  constexpr std::array<int, 3> newest = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION};
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), newest.at(static_cast<std::size_t>(wanted.max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  if (SSL_CTX_set_cipher_list(context.get(), "DEFAULT@SECLEVEL=0") != 1) return nullptr;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (wanted.verify_peer) {
    SSL_CTX_set1_cert_store(context.get(), trust.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (!wanted.certificate.empty() && !use_certificate(*context, wanted)) return nullptr;
  return context;
}

bool name_server(SSL& ssl, const SocketTls& wanted, std::string host) {
  const bool numeric = numeric_address(host).has_value();
  if (wanted.sni && !numeric) {
    SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  }
  if (!wanted.verify_peer) return true;
  if (numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host.c_str()) == 1;
  return SSL_set1_host(&ssl, host.c_str()) == 1;
}

}  // namespace

std::unique_ptr<TlsStream> make_tls_stream(asio::ip::tcp::socket& socket, const SocketTls& wanted,
                                           const std::string& host, TrustStore& trust) {
  const Context context = make_context(wanted, trust);
  Ssl ssl(context ? SSL_new(context.get()) : nullptr);
  const bool usable = ssl && name_server(*ssl, wanted, host);
  ERR_clear_error();
  return usable ? std::make_unique<TlsStream>(socket, ssl.release()) : nullptr;
}

std::uint64_t bytes_made(TlsStream& stream) { return BIO_number_written(SSL_get_wbio(stream.native_handle())); }

std::string close_notify(TlsStream& stream) {
  BIO* const alert = BIO_new(BIO_s_mem());
  if (alert == nullptr) return {};
  SSL_set0_wbio(stream.native_handle(), alert);
  SSL_shutdown(stream.native_handle());
  ERR_clear_error();
  char* bytes = nullptr;
  const long count = BIO_get_mem_data(alert, &bytes);
  return count > 0 ? std::string(bytes, static_cast<std::size_t>(count)) : std::string();
}

}  // namespace sim800
