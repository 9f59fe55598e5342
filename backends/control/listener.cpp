// SPDX-License-Identifier: MIT
#include "backends/control/listener.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "backends/control/http_server.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr int backlog = 64;

[[noreturn]] void refuse(const std::string& address, const std::string& why) {
  throw HttpServerError(fmt::format("--control {}: {}", address, why));
}

UniqueFd new_socket(int family, const std::string& address) {
  UniqueFd made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (made.get() < 0) refuse(address, std::strerror(errno));
  return made;
}

bool is_socket(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Nobody listens on it.
bool is_abandoned(const sockaddr_un& name) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 && errno == ECONNREFUSED;
}

HttpListener listen_on_path(const std::string& address) {
  const std::string path = address.substr(unix_prefix.size());
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path)
    refuse(address, fmt::format("expected a path of 1 to {} bytes", sizeof name.sun_path - 1));
  path.copy(name.sun_path, path.size());
  HttpListener listener{new_socket(AF_UNIX, address), address, path, true};
  if (is_socket(path) && is_abandoned(name)) ::unlink(path.c_str());
  // Whoever can connect drives the module: the owner alone.
  const mode_t before = ::umask(0177);
  const int bound = ::bind(listener.socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  const int problem = errno;
  ::umask(before);
  if (bound != 0) refuse(address, std::strerror(problem));
  if (::listen(listener.socket.get(), backlog) != 0) refuse(address, std::strerror(errno));
  return listener;
}

bool is_loopback(const sockaddr& name) {
  if (name.sa_family == AF_INET)
    return (ntohl(reinterpret_cast<const sockaddr_in&>(name).sin_addr.s_addr) >> 24U) == 127;
  if (name.sa_family != AF_INET6) return false;
  return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(name).sin6_addr);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                                          : reinterpret_cast<const sockaddr_in&>(name).sin_port);
}

HttpListener listen_on_port(const std::string& address) {
  const auto parsed = parse_host_port(address);
  if (!parsed || parsed->host.empty()) refuse(address, "expected HOST:PORT or unix:PATH");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int found = ::getaddrinfo(parsed->host.c_str(), std::to_string(parsed->port).c_str(), &hints, &list);
  if (found != 0) refuse(address, ::gai_strerror(found));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  HttpListener listener{new_socket(list->ai_family, address), {}, {}, is_loopback(*list->ai_addr)};
  const int yes = 1;
  ::setsockopt(listener.socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener.socket.get(), list->ai_addr, list->ai_addrlen) != 0 ||
      ::listen(listener.socket.get(), backlog) != 0)
    refuse(address, std::strerror(errno));
  listener.url = "http://" + to_host_port(parsed->host, port_of(listener.socket.get()));
  return listener;
}

}  // namespace

HttpListener listen_for_http(const std::string& address) {
  return address.starts_with(unix_prefix) ? listen_on_path(address) : listen_on_port(address);
}

}  // namespace sim800
