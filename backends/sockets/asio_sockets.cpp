// Sockets on asio: creates each kind.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_sockets.hpp"

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "backends/link/tcp_options.hpp"
#include "backends/sockets/asio_socket_tcp.hpp"
#include "backends/sockets/asio_socket_udp.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;

/// Listens on loopback only: the module's own address does not exist, and a test bench should not be open to the
/// network around it. Each of several modules has a loopback address of its own. The link's model applies to its
/// clients, faults do not.
class AsioServer final : public SocketServer, public std::enable_shared_from_this<AsioServer> {
 public:
  using OnClient = std::function<void(std::unique_ptr<Socket>)>;

  AsioServer(std::shared_ptr<SocketShared> shared, OnClient on_client)
      : shared_(std::move(shared)), on_client_(std::move(on_client)), acceptor_(shared_->loop) {}

  bool open(const SocketAddress& own) {
    std::error_code error;
    acceptor_.open(tcp::v4(), error);
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    limit_buffers(acceptor_, error);
    if (!error) acceptor_.bind({loopback_for(own.host, shared_->link), own.port}, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return !error;
  }

  void accept() {
    accepting_ = true;
    acceptor_.async_accept([waiting = weak_from_this()](std::error_code error, tcp::socket client) {
      const auto self = waiting.lock();
      if (!self || error == asio::error::operation_aborted) return;
      self->accepting_ = false;
      if (error) return self->accept_later();
      self->let_in(std::make_unique<TcpSocket>(self->shared_, std::move(client)));
      self->accept_next();
    });
  }

  /// Once it has come through the radio link.
  void let_in(std::unique_ptr<TcpSocket> client) {
    TcpSocket* const which = client.get();
    client->events.connected = [this, which](SocketError result) {
      const auto self = shared_from_this();
      const auto found = std::ranges::find_if(arriving_, [which](const auto& socket) { return socket.get() == which; });
      auto socket = std::move(*found);
      arriving_.erase(found);
      const auto act = on_client_;
      if (result == SocketError::none && acceptor_.is_open()) act(std::move(socket));
      accept_next();
    };
    arriving_.push_back(std::move(client));
  }

  void close() {
    std::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    arriving_.clear();
  }

 private:
  /// Those on their way through the radio use descriptors; the others wait in the system's queue.
  static constexpr std::size_t most_arriving = 8;

  void accept_next() {
    if (acceptor_.is_open() && !accepting_ && arriving_.size() < most_arriving) accept();
  }

  // The process has no descriptor left: trying again at once would not help.
  void accept_later() {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([waiting = weak_from_this()](std::error_code error) {
      if (const auto self = waiting.lock(); self && !error) self->accept_next();
    });
  }

  std::shared_ptr<SocketShared> shared_;
  OnClient on_client_;
  tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<TcpSocket>> arriving_;
  bool accepting_ = false;
  asio::steady_timer retry_{acceptor_.get_executor()};
};

struct ServerHandle final : SocketServer {
  explicit ServerHandle(std::shared_ptr<AsioServer> s) : server(std::move(s)) {}
  ~ServerHandle() override { server->close(); }
  ServerHandle(const ServerHandle&) = delete;
  ServerHandle& operator=(const ServerHandle&) = delete;
  std::shared_ptr<AsioServer> server;
};

struct Query final : NameQuery {
  std::unique_ptr<Lookup> lookup;
};

class AsioSockets final : public Sockets {
 public:
  AsioSockets(asio::io_context& loop, RadioLink& link, Interference* interference)
      : shared_(std::make_shared<SocketShared>(SocketShared{loop, link, interference})) {
    if (interference != nullptr && interference->needs_relay()) link.relay_always();
  }
  ~AsioSockets() override {
    for (const auto& stream : std::exchange(shared_->lingering, {})) stream->close();
  }
  AsioSockets(const AsioSockets&) = delete;
  AsioSockets& operator=(const AsioSockets&) = delete;

  std::unique_ptr<Socket> connect(SocketRequest request) override {
    if (request.kind == SocketRequest::Kind::udp) return std::make_unique<UdpSocket>(shared_, std::move(request));
    return std::make_unique<TcpSocket>(shared_, std::move(request));
  }

  std::unique_ptr<SocketServer> listen(const SocketAddress& own,
                                       std::function<void(std::unique_ptr<Socket>)> on_client) override {
    auto server = std::make_shared<AsioServer>(shared_, std::move(on_client));
    if (!server->open(own)) return nullptr;
    server->accept();
    return std::make_unique<ServerHandle>(std::move(server));
  }

  std::unique_ptr<NameQuery> resolve(const std::string& host,
                                     std::function<void(std::vector<std::string>)> done) override {
    auto query = std::make_unique<Query>();
    query->lookup = shared_->link.route(host, 0, [done = std::move(done)](const Route& route) {
      // A server that refuses or never answers has an address too, but the scenario does not say which.
      std::vector<std::string> found;
      if (route.kind == Route::Kind::reachable) {
        found = route.others;
        found.insert(found.begin(), route.address);
      }
      done(std::move(found));
    });
    return query;
  }

 private:
  std::shared_ptr<SocketShared> shared_;
};

}  // namespace

std::unique_ptr<Sockets> make_asio_sockets(asio::io_context& loop, RadioLink& link, Interference* interference) {
  return std::make_unique<AsioSockets>(loop, link, interference);
}

}  // namespace sim800
