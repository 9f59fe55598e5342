// The TLS of the module: what its HTTP, FTP, mail and socket clients offer a server alike.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/tls_version.hpp"

namespace sim800 {

struct TlsProfile {
  TlsVersion max = TlsVersion::v1_2;  ///< the newest version offered; TLS 1.0 is the oldest
  bool sni = true;                    ///< the handshake tells the server's name
};

}  // namespace sim800
