// What the process's own TCP sockets have in common, whichever way they go.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <system_error>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// How long a TCP stack keeps a connection that its program has closed and its peer has not.
constexpr Duration max_linger = std::chrono::seconds(60);
/// The system's own buffers can take megabytes: nobody would notice a slow link, or that the module's 2920 bytes are
/// full.
constexpr int tcp_socket_buffer = 32 * 1024;

/// For a socket that is yet to be connected or to listen: what an acceptor lets in inherits it.
template <class Socket>
void limit_buffers(Socket& socket, std::error_code& error) {
  if (!error) socket.set_option(asio::socket_base::receive_buffer_size(tcp_socket_buffer), error);
  if (!error) socket.set_option(asio::socket_base::send_buffer_size(tcp_socket_buffer), error);
}

/// The same for a descriptor.
void limit_buffers(int socket);

/// Opens a socket that is to be connected to `there`, `from` an address and a port, each of which may be any.
std::error_code open_towards(asio::ip::tcp::socket& socket, const asio::ip::tcp::endpoint& there,
                             const asio::ip::tcp::endpoint& from);

/// Of the bytes written to a socket, those that the peer's system has not acknowledged; `ended`: FIN was written too.
/// All of them where the socket is no more.
std::uint64_t unacknowledged(asio::ip::tcp::socket& socket, std::uint64_t written, bool ended);

/// Of the bytes written to this socket, those that the peer's system has not acknowledged; 0 where it is none.
std::uint64_t unacknowledged(int socket);

}  // namespace sim800
