// A connection to an end that listens: QEMU, a simulator, a server of serial ports.
// SPDX-License-Identifier: MIT
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <asio/generic/stream_protocol.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "backends/endpoints/stream_endpoint.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

using Generic = asio::generic::stream_protocol;

constexpr std::chrono::milliseconds again_after(500);

Generic::endpoint resolved(asio::io_context& loop, const std::string& target, const std::string& where) {
  const auto address = parse_host_port(where);
  if (!address || address->host.empty() || address->port == 0)
    throw EndpointError("--connect " + target + ": expected HOST:PORT behind the colon, found \"" + where + "\"");
  asio::ip::tcp::resolver resolver(loop);
  asio::error_code error;
  const auto found =
      resolver.resolve(address->host, std::to_string(address->port), asio::ip::tcp::resolver::numeric_service, error);
  if (error) throw EndpointError("--connect " + target + ": " + error.message());
  return Generic::endpoint(found.begin()->endpoint());
}

Generic::endpoint path_of(const std::string& target, const std::string& path) {
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty() || path.size() > longest)
    throw EndpointError("--connect " + target + ": expected a path of 1 to " + std::to_string(longest) +
                        " bytes, found " + std::to_string(path.size()));
  return Generic::endpoint(asio::local::stream_protocol::endpoint(path));
}

/// The other end is the client: it is there while there is a connection.
class ConnectingEndpoint final : public StreamEndpoint {
 public:
  ConnectingEndpoint(asio::io_context& loop, const std::string& target, const Generic::endpoint& to)
      : StreamEndpoint(loop, "connect:" + target), to_(to), socket_(loop), retry_(loop) {}

  std::string announcement() const override { return "connect " + name().substr(8); }

 private:
  void attached() override { connect(); }

  void connect() {
    socket_ = Generic::socket(loop());
    asio::error_code error;
    socket_.open(to_.protocol(), error);
    socket_.async_connect(to_, [this, watch = std::weak_ptr<void>(life())](asio::error_code failed) {
      if (!watch.expired()) failed ? fail(failed) : begin();
    });
  }

  void begin() {
    // A port of this machine that nobody listens on may be given to the very socket that connects to it. Whoever is to
    // listen there must find it free.
    asio::error_code error;
    if (socket_.local_endpoint(error) == socket_.remote_endpoint(error)) {
      socket_.set_option(asio::socket_base::linger(true, 0), error);
      socket_.close(error);
      return fail(asio::error::connection_refused);
    }
    said_.clear();
    serve(socket_.release());
  }

  /// Each reason is told once, until there is a connection.
  void fail(asio::error_code error) {
    if (std::exchange(said_, error.message()) != error.message())
      spdlog::warn("{}: {}; trying again", name(), error.message());
    try_again();
  }

  void try_again() {
    retry_.expires_after(again_after);
    retry_.async_wait(guarded(life(), [this] { connect(); }));
  }

  void input_ended() override {
    spdlog::info("{}: the other end has closed", name());
    close_wire();
    set_limit(kept_for_nobody);
    const std::weak_ptr<void> watch = life();
    user()->client_left();
    if (!watch.expired()) try_again();
  }

  Generic::endpoint to_;
  Generic::socket socket_;
  asio::steady_timer retry_;
  std::string said_;
};

}  // namespace

std::unique_ptr<Endpoint> open_connection(asio::io_context& loop, const std::string& target) {
  const std::size_t colon = target.find(':');
  const std::string kind = target.substr(0, colon);
  const std::string where = colon == std::string::npos ? "" : target.substr(colon + 1);
  if (colon != std::string::npos && kind == "unix")
    return std::make_unique<ConnectingEndpoint>(loop, target, path_of(target, where));
  if (colon == std::string::npos || (kind != "tcp" && kind != "rfc2217"))
    throw EndpointError("--connect: expected tcp:HOST:PORT, unix:PATH or rfc2217:HOST:PORT, found \"" + target + "\"");
  auto made = std::make_unique<ConnectingEndpoint>(loop, target, resolved(loop, target, where));
  if (kind == "tcp") return made;
  return speak_rfc2217(loop, std::move(made));
}

}  // namespace sim800
