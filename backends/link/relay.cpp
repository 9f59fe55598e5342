// Relay: two lanes between two sockets.
// SPDX-License-Identifier: MIT
#include "backends/link/relay.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/post.hpp>
#include <atomic>
#include <utility>

#include "backends/link/tcp_options.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;
using End = RelayLane::End;

// A client that waits for the server's first data is told of a reset after this time.
constexpr Duration longest_silence = 1s;
// A TCP socket bound to a free port of 127.0.0.1, which is told in `port`; -1 on failure, errno says why.
int open_admitted_socket(std::uint16_t& port) {
  UniqueFd opened(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  if (opened.get() < 0) return -1;
  ::setsockopt(opened.get(), SOL_SOCKET, SO_RCVBUF, &tcp_socket_buffer, sizeof tcp_socket_buffer);
  ::setsockopt(opened.get(), SOL_SOCKET, SO_SNDBUF, &tcp_socket_buffer, sizeof tcp_socket_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(opened.get(), generic, size) != 0 || ::getsockname(opened.get(), generic, &size) != 0) return -1;
  port = ntohs(address.sin_port);
  return opened.release();
}

}  // namespace

struct Relay::Core : std::enable_shared_from_this<Core> {
  Core(asio::io_context& loop, const LinkState& state, std::uint64_t seed);

  void open(const tcp::endpoint& target, std::uint16_t local, Ready done);
  void set_out();
  void connect();
  void arrived(std::error_code error);
  void listen();
  void accept();
  void greet();
  void answer(std::error_code error, std::uint16_t port);
  void abandon();
  void lane_ended();
  void look_at_acknowledged();
  void close();
  RelayLane::Parts lane(Direction direction, std::uint64_t seed);

  const LinkState& link;
  tcp::acceptor acceptor;
  tcp::socket client, server;
  tcp::endpoint there;
  std::uint16_t local_port = 0;
  std::uint64_t acknowledged = 0;
  Ready ready;
  std::atomic<std::uint16_t> admitted = 0;  // also set from an FTP session's thread
  bool stalled = false;
  bool set_out_yet = false;
  bool connected = false;  // the lanes may move data from now on: earlier, a read would block
  bool was_reset = false;  // by a cut
  bool accepted = false;
  bool closed = false;
  RelayLane up, down;
  Timer timer;
};

Relay::Core::Core(asio::io_context& loop, const LinkState& state, std::uint64_t seed)
    : link(state),
      acceptor(loop),
      client(loop),
      server(loop),
      up(lane(Direction::up, seed * 2)),
      down(lane(Direction::down, seed * 2 + 1)) {}

RelayLane::Parts Relay::Core::lane(Direction direction, std::uint64_t seed) {
  const bool upwards = direction == Direction::up;
  return {.link = link,
          .stalled = stalled,
          .direction = direction,
          .seed = seed,
          .from = upwards ? client : server,
          .to = upwards ? server : client,
          .sender_reset = [this, upwards] { (upwards ? down : up).discard(); },
          .receiver_gone =
              [this, upwards] {
                (upwards ? up : down).discard();
                (upwards ? down : up).finish(End::reset);
              },
          .ended = [this] { lane_ended(); }};
}

void Relay::Core::open(const tcp::endpoint& target, std::uint16_t local, Ready done) {
  there = target;
  local_port = local;
  ready = std::move(done);
  up.owned_by(weak_from_this());
  down.owned_by(weak_from_this());
  // Never from inside the constructor.
  asio::post(server.get_executor(), [waiting = weak_from_this()] {
    if (const auto self = waiting.lock()) self->set_out();
  });
}

// Nothing enters a black hole; it waits there.
void Relay::Core::set_out() {
  if (closed || set_out_yet || stalled || link.model.blackhole) return;
  set_out_yet = true;
  timer = link.clock.soon(up.delay(), [this] { connect(); });
}

void Relay::Core::connect() {
  std::error_code error = open_towards(server, there, local_port);
  if (error) return arrived(error);
  server.set_option(tcp::no_delay(true), error);
  server.async_connect(there, [waiting = weak_from_this()](std::error_code problem) {
    if (const auto self = waiting.lock(); self && !self->closed) self->arrived(problem);
  });
}

void Relay::Core::arrived(std::error_code error) {
  timer = link.clock.soon(down.delay(), [this, error] {
    if (error) return answer(error, 0);
    listen();
  });
}

void Relay::Core::listen() {
  std::error_code error;
  server.non_blocking(true, error);
  if (!error) acceptor.open(tcp::v4(), error);
  limit_buffers(acceptor, error);
  if (!error) acceptor.bind({asio::ip::address_v4::loopback(), 0}, error);
  if (!error) acceptor.listen(1, error);
  if (error) return answer(error, 0);
  connected = true;
  const auto port = acceptor.local_endpoint(error).port();
  const auto self = shared_from_this();
  accept();
  answer(error, port);
  if (!closed) down.pump();
}

// Any other client of this port is rejected.
void Relay::Core::accept() {
  acceptor.async_accept([waiting = weak_from_this()](std::error_code error, tcp::socket socket) {
    const auto self = waiting.lock();
    if (!self || self->closed) return;
    if (error) return self->close();
    std::error_code unknown;
    const auto peer = socket.remote_endpoint(unknown);
    if (unknown || self->admitted == 0 || peer.port() != self->admitted) return self->accept();
    self->acceptor.close(unknown);
    self->client = std::move(socket);
    self->client.non_blocking(true, unknown);
    self->client.set_option(tcp::no_delay(true), unknown);
    self->accepted = true;
    self->greet();
  });
}

// A reset before the client's own first bytes may or may not look like a refused connection to it, depending on what it
// checks first.
void Relay::Core::greet() {
  up.pump();
  if (!was_reset) return down.pump();
  const auto go_on = [waiting = weak_from_this()](std::error_code) {
    if (const auto self = waiting.lock(); self && !self->closed) self->down.pump();
  };
  client.async_wait(tcp::socket::wait_read, go_on);
  timer = link.clock.after(longest_silence, [this] { down.pump(); });
}

void Relay::Core::answer(std::error_code error, std::uint16_t port) {
  const auto self = shared_from_this();
  const auto tell = std::exchange(ready, nullptr);
  if (error) close();
  if (tell) tell(error, port);
}

void Relay::Core::abandon() {
  ready = nullptr;
  if (!accepted) return close();
  if (!closed) timer = link.clock.after(max_linger, [this] { close(); });
}

void Relay::Core::lane_ended() {
  if (up.ended() && down.ended()) close();
}

void Relay::Core::look_at_acknowledged() {
  acknowledged = std::max(acknowledged, up.passed() - unacknowledged(server, up.passed(), up.ended()));
}

void Relay::Core::close() {
  if (std::exchange(closed, true)) return;
  look_at_acknowledged();
  const auto self = shared_from_this();
  std::error_code ignored;
  acceptor.close(ignored);
  client.close(ignored);
  server.close(ignored);
  up.discard();
  down.discard();
  timer.cancel();
}

Relay::Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, const tcp::endpoint& there,
             std::uint16_t local_port, Ready ready)
    : core_(std::make_shared<Core>(loop, link, seed)) {
  core_->open(there, local_port, std::move(ready));
}

Relay::~Relay() { core_->abandon(); }

int Relay::open_socket() {
  std::uint16_t port = 0;
  const int opened = open_admitted_socket(port);
  if (opened >= 0) core_->admitted = port;
  return opened;
}

std::string Relay::own_address() const {
  std::error_code unknown;
  const auto local = core_->server.local_endpoint(unknown);
  return unknown ? std::string() : local.address().to_string();
}

std::uint64_t Relay::acknowledged() const {
  core_->look_at_acknowledged();
  return core_->acknowledged;
}

void Relay::stall(bool on) { stall_relay(*core_, on); }

void Relay::cut(Cut how) { cut_relay(*core_, how); }

void stall_relay(Relay::Core& core, bool on) {
  core.stalled = on;
  if (!on) model_changed(core);
}

void cut_relay(Relay::Core& core, Relay::Cut how) {
  if (how == Relay::Cut::none || core.closed) return;
  if (!core.connected) return core.close();
  const auto alive = core.shared_from_this();
  core.was_reset = core.was_reset || how == Relay::Cut::reset;
  const End end = how == Relay::Cut::reset ? End::reset : End::close;
  // Before either end knows: neither must receive anything caused by the other's end.
  core.up.gather();
  core.down.gather();
  core.up.finish(end);
  core.down.finish(end);
}

void model_changed(Relay::Core& core) {
  const auto self = core.shared_from_this();
  if (core.closed) return;
  core.set_out();
  if (!core.connected) return;
  core.up.model_changed();
  core.down.model_changed();
}

void close_relay(Relay::Core& core) { core.close(); }

bool is_closed(const Relay::Core& core) { return core.closed; }

}  // namespace sim800
