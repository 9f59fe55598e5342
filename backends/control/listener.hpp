// A listening socket for HTTP, TCP or unix.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

struct HttpListener {
  UniqueFd socket;
  std::string url;   ///< of whoever wants to connect
  std::string path;  ///< of a unix socket
  bool local = false;
};

/// "HOST:PORT" or "unix:PATH". A unix socket that nobody listens on any more is replaced. Throws HttpServerError.
HttpListener listen_for_http(const std::string& address);

}  // namespace sim800
