// What a TLS connection of the module offers and accepts, whichever library drives it.
// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "backends/ports/tls.hpp"
#include "protocol/tls/openssl_owned.hpp"

namespace sim800 {

/// Sets versions, suites, extensions and the client's certificate. False: OpenSSL can do none of the suites, or the
/// certificate cannot be used.
bool offer(SSL_CTX& context, const TlsOptions& options);

/// Adds `options.authorities` to a store that belongs to one connection only.
void trust_authorities(X509_STORE& store, const TlsOptions& options);

/// The certificates that this system trusts; read on first use, which takes some 30 ms.
class TrustStore {
 public:
  X509_STORE* get();

 private:
  std::unique_ptr<X509_STORE, ReleasedBy<X509_STORE_free>> store_;
};

}  // namespace sim800
