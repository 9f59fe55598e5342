// SPDX-License-Identifier: MIT
#include "backends/tls/tls_context.hpp"

#include <array>

namespace sim800 {
namespace {

bool show_certificate(SSL_CTX& context, const TlsOptions& options) {
  const auto chain = certificates_of_pem(options.certificate);
  const KeyPtr key = key_of_pem(options.key);
  if (chain.empty() || !key) return false;
  if (SSL_CTX_use_certificate(&context, chain.front().get()) != 1) return false;
  for (std::size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(&context, chain[i].get());
  return SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
}

}  // namespace

bool offer(SSL_CTX& context, const TlsOptions& options) {
  constexpr std::array<int, 3> newest = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION};
  const TlsProfile& profile = options.profile;
  SSL_CTX_set_min_proto_version(&context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(&context, newest.at(static_cast<std::size_t>(profile.max)));
  // OpenSSL 3 has TLS 1.0 and 1.1, and the short keys of their time, on level 0 only.
  SSL_CTX_set_security_level(&context, 0);
  // Suites that OpenSSL no longer has are left out.
  if (SSL_CTX_set_cipher_list(&context, profile.suites.empty() ? "DEFAULT" : profile.suites.c_str()) != 1) return false;
  // The firmware's hello has none of these.
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_NO_ENCRYPT_THEN_MAC | SSL_OP_NO_EXTENDED_MASTER_SECRET);
  return options.certificate.empty() || show_certificate(context, options);
}

void trust_authorities(X509_STORE& store, const TlsOptions& options) {
  for (const X509Ptr& one : certificates_of_pem(options.authorities)) X509_STORE_add_cert(&store, one.get());
  // An authority need not be a root: it is the host that has chosen it.
  X509_STORE_set_flags(&store, X509_V_FLAG_PARTIAL_CHAIN);
}

X509_STORE* TrustStore::get() {
  if (!store_) {
    store_.reset(X509_STORE_new());
    if (store_) X509_STORE_set_default_paths(store_.get());
  }
  return store_.get();
}

}  // namespace sim800
