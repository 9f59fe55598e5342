// The client's end of a TLS connection, in memory: bytes of the one side in, bytes of the other out.
// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

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

class TlsClient {
 public:
  enum class Step { done, waits, failed };

  /// `host` is the name to be asked for, and to be vouched for.
  TlsClient(const SocketTls& wanted, const std::string& host, TrustStore& trust);

  /// Goes on with the handshake as far as what has been fed allows.
  Step handshake();
  /// Bytes from the server.
  void feed(std::string_view bytes);
  /// The server's TCP connection has ended.
  void feed_end();
  /// Bytes for the server.
  std::string take();

  /// Plain bytes; how many there were.
  std::size_t read(char* buffer, std::size_t room);
  /// How many were taken; what it makes of them is for take().
  std::size_t write(std::string_view bytes);
  /// No more will be written.
  void finish();

  enum class End { none, closed, broken };
  /// What read() has come upon.
  End ended() const { return end_; }

 private:
  bool configure(const SocketTls& wanted, const std::string& host, TrustStore& trust);

  std::unique_ptr<SSL_CTX, ReleasedBy<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, ReleasedBy<SSL_free>> ssl_;
  BIO* in_ = nullptr;  // both belong to ssl_
  BIO* out_ = nullptr;
  End end_ = End::none;
  bool usable_ = false;
};

}  // namespace sim800
