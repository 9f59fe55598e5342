// SPDX-License-Identifier: MIT
#include "backends/endpoints/listening.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/ip/tcp.hpp>
#include <asio/system_error.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/stream_endpoint.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;

constexpr int most_waiting = 64;  ///< clients that nobody has taken yet

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
  const tcp::endpoint bound = acceptor.local_endpoint();
  return {.socket = UniqueFd(acceptor.release()),
          .host = address.host,
          .port = bound.port(),
          .local = bound.address().is_loopback()};
} catch (const asio::system_error& error) {
  throw EndpointError("cannot listen on " + text + ": " + error.code().message());
}

Listening listen_on_path(const std::string& path, PathFor who) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    refuse_path('"' + path + '"', "expected a path of 1 to " + std::to_string(sizeof name.sun_path - 1) +
                                      " bytes, found one of " + std::to_string(path.size()));
  }
  path.copy(name.sun_path, path.size());
  const auto* const address = reinterpret_cast<const sockaddr*>(&name);
  const auto open = [] { return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); };
  Listening made{.socket = open(), .path = path};
  struct stat status{};
  // Left over by a process that has been killed.
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) &&
      ::connect(open().get(), address, sizeof name) != 0 && errno == ECONNREFUSED) {
    ::unlink(path.c_str());
  }
  const mode_t before = ::umask(0177);
  if (who == PathFor::everybody) ::umask(before);
  const bool listens =
      ::bind(made.socket.get(), address, sizeof name) == 0 && ::listen(made.socket.get(), most_waiting) == 0;
  const int problem = errno;
  ::umask(before);
  if (!listens) refuse_path(path, std::strerror(problem));
  return made;
}

Listening listen_on(asio::io_context& loop, const std::string& address, PathFor who) {
  constexpr std::string_view unix_prefix = "unix:";
  if (address.starts_with(unix_prefix)) return listen_on_path(address.substr(unix_prefix.size()), who);
  return listen_on_port(loop, address);
}

Listener::Listener(asio::io_context& loop, Listening listening, std::string name)
    : loop_(loop),
      name_(std::move(name)),
      where_(listening.where()),
      path_(std::move(listening.path)),
      acceptor_(loop, listening.socket.release()),
      retry_(loop) {}

Listener::~Listener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void Listener::await_client() {
  acceptor_.async_wait(Descriptor::wait_read, guarded(life_, [this] { on_client(); }));
}

int Listener::take() {
  const int socket = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) accept_failed();
  return socket;
}

/// Without descriptors or memory the connection stays readable: without a pause the loop would spin on it.
void Listener::accept_failed() {
  if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return await_client();
  spdlog::warn("{}: cannot accept a client: {}", name_, std::strerror(errno));
  retry_.expires_after(std::chrono::milliseconds(200));
  retry_.async_wait(guarded(life_, [this] { await_client(); }));
}

/// Closing at once would reset the connection if the client has written, and the reset can overtake the text.
void Listener::refuse(int socket) {
  spdlog::info("{}: rejected a second client", name_);
  static constexpr std::string_view busy = "busy\r\n";
  ::send(socket, busy.data(), busy.size(), MSG_NOSIGNAL);
  ::shutdown(socket, SHUT_WR);
  constexpr std::size_t max_refused = 8;
  if (refused_.size() == max_refused) refused_.erase(refused_.begin());
  await_refused(refused_.emplace_back(std::make_shared<Descriptor>(loop_, socket)));
}

void Listener::await_refused(const std::shared_ptr<Descriptor>& refused) {
  refused->async_wait(Descriptor::wait_read, guarded(refused, [this, socket = refused.get()] {
                        std::array<char, 4096> unused;
                        const ssize_t count =
                            ::recv(socket->native_handle(), unused.data(), unused.size(), MSG_DONTWAIT);
                        const auto entry = std::ranges::find(refused_, socket, &std::shared_ptr<Descriptor>::get);
                        if (count > 0 || (count < 0 && errno == EAGAIN)) return await_refused(*entry);
                        refused_.erase(entry);
                      }));
}

}  // namespace sim800
