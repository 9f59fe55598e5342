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

/// The certificates that this system trusts; read when they are first asked for, which takes some 30 ms.
class TrustStore {
 public:
  X509_STORE* get();

 private:
  std::unique_ptr<X509_STORE, ReleasedBy<X509_STORE_free>> store_;
};

/// PEM, DER or PKCS #12.  A certificate that has no key cannot be the client's own: it vouches for servers then.
/// False: it is none of these, or the password is wrong.
bool use_certificate(SSL_CTX& context, const SocketTls& wanted);

}  // namespace sim800
