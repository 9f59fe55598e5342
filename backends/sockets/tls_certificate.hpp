// Certificates: those that the system trusts, and one as AT+SSLSETCERT imports it.
// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "backends/ports/socket.hpp"

namespace sim800 {

template <auto release>
struct ReleasedBy {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

/// The certificates that this system trusts; read on first use, which takes some 30 ms.
class TrustStore {
 public:
  X509_STORE* get();

 private:
  std::unique_ptr<X509_STORE, ReleasedBy<X509_STORE_free>> store_;
};

/// PEM, DER or PKCS #12. A certificate without a key cannot be the client's own: it verifies servers instead. False:
/// none of these, or a wrong password.
bool use_certificate(SSL_CTX& context, const SocketTls& wanted);

}  // namespace sim800
