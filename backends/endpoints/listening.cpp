// SPDX-License-Identifier: MIT
#include "backends/endpoints/listening.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/ip/tcp.hpp>
#include <asio/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "backends/endpoints/endpoints.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;

// Without a host only this machine can connect: anything else must be requested.
HostPort parse_address(const std::string& text) {
  auto address = parse_host_port(text);
  if (!address || address->host.find('*') != std::string::npos) {
    throw EndpointError("\"" + text + "\" is no HOST:PORT ([HOST]:PORT for IPv6)");
  }
  if (address->host.empty()) address->host = "127.0.0.1";
  return *std::move(address);
}

tcp::endpoint resolve(asio::io_context& loop, const HostPort& address) {
  tcp::resolver resolver(loop);
  const std::string port = std::to_string(address.port);
  asio::error_code error;
  // A name with both kinds of address means IPv4, which clients try first.
  auto found = resolver.resolve(tcp::v4(), address.host, port, tcp::resolver::numeric_service, error);
  if (error) found = resolver.resolve(address.host, port, tcp::resolver::numeric_service);
  return *found.begin();
}

[[noreturn]] void refuse_path(const std::string& path, const std::string& why) {
  throw EndpointError("cannot listen on " + path + ": " + why);
}

}  // namespace

Listening listen_on_port(asio::io_context& loop, const std::string& text) try {
  const HostPort address = parse_address(text);
  const tcp::endpoint local = resolve(loop, address);
  tcp::acceptor acceptor(loop, local.protocol());
  fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(local);
  acceptor.listen();
  const std::string where = address.host + " " + std::to_string(acceptor.local_endpoint().port());
  return {UniqueFd(acceptor.release()), where};
} catch (const asio::system_error& error) {
  throw EndpointError("cannot listen on " + text + ": " + error.code().message());
}

Listening listen_on_path(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    refuse_path('"' + path + '"', "expected a path of 1 to " + std::to_string(sizeof name.sun_path - 1) +
                                      " bytes, found one of " + std::to_string(path.size()));
  }
  path.copy(name.sun_path, path.size());
  const auto* const address = reinterpret_cast<const sockaddr*>(&name);
  const auto open = [] { return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); };
  Listening made{open(), path, path};
  struct stat status{};
  // Left over by a process that has been killed.
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) &&
      ::connect(open().get(), address, sizeof name) != 0 && errno == ECONNREFUSED) {
    ::unlink(path.c_str());
  }
  if (::bind(made.socket.get(), address, sizeof name) != 0 || ::listen(made.socket.get(), 8) != 0)
    refuse_path(path, std::strerror(errno));
  return made;
}

}  // namespace sim800
