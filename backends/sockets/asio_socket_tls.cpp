// TLS streams: what the module speaks, and with whom.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "backends/link/radio_link.hpp"

namespace sim800 {
namespace {

using Context = std::unique_ptr<SSL_CTX, ReleasedBy<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, ReleasedBy<SSL_free>>;

Context make_context(const TlsOptions& wanted, TrustStore& trust) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context || !offer(*context, wanted)) return nullptr;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (!wanted.verify_peer) return context;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (wanted.authorities.empty()) {
    SSL_CTX_set1_cert_store(context.get(), trust.get());
  } else {
    SSL_CTX_set_default_verify_paths(context.get());
    trust_authorities(*SSL_CTX_get_cert_store(context.get()), wanted);
  }
  return context;
}

bool name_server(SSL& ssl, const TlsOptions& wanted, std::string host) {
  const bool numeric = numeric_address(host).has_value();
  if (wanted.profile.sni && !numeric) {
    SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  }
  if (!wanted.verify_peer) return true;
  if (numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host.c_str()) == 1;
  return SSL_set1_host(&ssl, host.c_str()) == 1;
}

}  // namespace

std::unique_ptr<TlsStream> make_tls_stream(asio::ip::tcp::socket& socket, const TlsOptions& wanted,
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
