// Options of TCP sockets, by way of asio and of the system itself.
// SPDX-License-Identifier: MIT
#include "backends/link/tcp_options.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

namespace sim800 {

void limit_buffers(int socket) {
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &tcp_socket_buffer, sizeof tcp_socket_buffer);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &tcp_socket_buffer, sizeof tcp_socket_buffer);
}

std::error_code open_towards(asio::ip::tcp::socket& socket, const asio::ip::tcp::endpoint& there,
                             const asio::ip::tcp::endpoint& from) {
  std::error_code error;
  socket.open(there.protocol(), error);
  limit_buffers(socket, error);
  const bool any_address = from.address().is_unspecified() || from.protocol() != there.protocol();
  if (error || (from.port() == 0 && any_address)) return error;
  socket.set_option(asio::socket_base::reuse_address(true), error);
  socket.bind(any_address ? asio::ip::tcp::endpoint(there.protocol(), from.port()) : from, error);
  return error;
}

std::uint64_t unacknowledged(asio::ip::tcp::socket& socket, std::uint64_t written, bool ended) {
  int waiting = 0;
  if (!socket.is_open() || ::ioctl(socket.native_handle(), SIOCOUTQ, &waiting) != 0) return written;
  // FIN uses up a sequence number.
  return std::min(written, static_cast<std::uint64_t>(ended && waiting > 0 ? waiting - 1 : waiting));
}

std::uint64_t unacknowledged(int socket) {
  int waiting = 0;
  return ::ioctl(socket, SIOCOUTQ, &waiting) == 0 ? static_cast<std::uint64_t>(waiting) : 0;
}

}  // namespace sim800
