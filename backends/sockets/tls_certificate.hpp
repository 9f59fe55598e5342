// A certificate as AT+SSLSETCERT imports it.
// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>

#include "backends/ports/socket.hpp"

namespace sim800 {

/// PEM, DER or PKCS #12.  A certificate that has no key cannot be the client's own: it vouches for servers then.
/// False: it is none of these, or the password is wrong.
bool use_certificate(SSL_CTX& context, const SocketTls& wanted);

}  // namespace sim800
