// Sockets that listen: TCP ports and unix sockets.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <string>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

struct Listening {
  UniqueFd socket;
  std::string where;   ///< "HOST PORT", or a path
  std::string path{};  ///< of a unix socket
};

/// `text` is HOST:PORT. Throws EndpointError.
Listening listen_on_port(asio::io_context& loop, const std::string& text);
/// Replaces a socket that a killed process has left over. Throws EndpointError.
Listening listen_on_path(const std::string& path);

}  // namespace sim800
