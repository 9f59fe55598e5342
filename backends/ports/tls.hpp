// The TLS of the module: what its HTTP, FTP, mail and socket clients offer a server alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/core/tls_version.hpp"

namespace sim800 {

/// What the handshake offers. It is the firmware's, except for the suites this machine's library no longer has.
struct TlsProfile {
  TlsVersion max = TlsVersion::v1_2;  ///< the newest version offered; TLS 1.0 is the oldest
  bool sni = true;                    ///< the handshake tells the server's name
  std::string suites;                 ///< names as `openssl ciphers` has them, joined by colons; empty: any
};

/// A client's side of a connection.
struct TlsOptions {
  TlsProfile profile;
  bool verify_peer = false;  ///< refuse a certificate that nobody vouches for, or that is for another name
  std::string authorities;   ///< PEM: they vouch for servers as this machine's own store does
  std::string certificate;   ///< PEM: what the server is shown if it asks, the chain behind it; empty: nothing
  std::string key;           ///< PEM, unencrypted: of `certificate`
};

}  // namespace sim800
