// TLS on a data connection that is ours, not libcurl's.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backends/ports/ftp.hpp"
#include "protocol/tls/openssl_owned.hpp"

namespace sim800 {

class FtpDataChannel {
 public:
  /// Waits until the connection can be read (POLLIN) or written (POLLOUT); false: the session is to end.
  using Wait = std::function<bool(short events)>;

  /// For a non-blocking socket.  What is offered, the authorities and the session come from the control connection, as
  /// many servers want to see its session again.
  FtpDataChannel(SSL& control, int socket, Wait wait);

  /// CURLE_OK, or what libcurl would say; for a failure the text in which it would put it goes to `error`.
  CURLcode shake_hands(const FtpRequest& request, std::string& error);
  bool send(std::string_view bytes);
  /// Tells the server that the file ends here.
  void finish();

 private:
  template <class Act>
  int drive(Act act);

  std::unique_ptr<SSL, ReleasedBy<SSL_free>> ssl_;
  const Wait wait_;
};

}  // namespace sim800
