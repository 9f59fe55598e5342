// TcpStream: its way to the server, what faults do to it, and its end.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_tcp.hpp"

#include <netinet/tcp.h>

#include <asio/post.hpp>
#include <utility>

namespace sim800 {
namespace {

using asio::ip::tcp;

// As long as a TCP stack keeps a connection that its program has closed and its peer has not.
constexpr Duration longest_farewell = 60s;

using KeepIdle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using KeepInterval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using KeepCount = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
using UrgentInline = asio::detail::socket_option::boolean<SOL_SOCKET, SO_OOBINLINE>;

}  // namespace

TcpStream::TcpStream(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> news)
    : shared_(std::move(shared)),
      events_(std::move(news)),
      socket_(shared_->loop),
      look_(shared_->loop),
      look_past_(shared_->loop) {}

void TcpStream::connect(SocketRequest request) {
  request_ = std::move(request);
  if (shared_->interference != nullptr) {
    watch(shared_->interference->watch({TransferKind::User::socket, {}, request_.host, request_.id}));
  }
  asio::post(shared_->loop, [this, waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (self && !abandoned_) pass(Phase::dns, [this] { find_way(); });
  });
}

void TcpStream::take(tcp::socket accepted) {
  socket_ = std::move(accepted);
  std::error_code gone;
  const auto there = socket_.remote_endpoint(gone);
  peer_ = {there.address().to_string(), there.port()};
  reached();
}

void TcpStream::watch(std::unique_ptr<TransferWatch> watch) {
  if (!watch) return;
  gate_ = std::make_unique<TransferGate>(
      shared_->link.clock(), std::move(watch),
      TransferGate::Acts{.hold =
                             [this](bool on) {
                               if (relay_) relay_->stall(on);
                               if (!on) pump_later();
                             },
                         .interrupt = [this](const Verdict& verdict) { obey(verdict); }});
}

void TcpStream::pass(Phase phase, std::function<void()> next) {
  if (!gate_) return next();
  const auto self = shared_from_this();
  gate_->reach(phase, [this, next = std::move(next)](const Verdict& verdict) {
    obey(verdict);
    if (state_ != State::over) next();
  });
}

void TcpStream::obey(const Verdict& verdict) {
  if (state_ == State::over) return;
  if (verdict.dns_fails) {
    if (state_ != State::open) return fail(SocketError::dns);
    cut(Verdict::Cut::reset);
  } else if (verdict.cut != Verdict::Cut::none) {
    cut(verdict.cut);
  }
}

// Only what was let through stays readable.
void TcpStream::cut(Verdict::Cut how) {
  const State before = state_;
  if (relay_) relay_->cut(how);
  if (before == State::connecting) return fail(SocketError::no_connect);
  if (before == State::shaking_hands) return fail(SocketError::tls);
  close();
  events_->closed(how == Verdict::Cut::reset ? SocketError::reset : SocketError::none);
}

void TcpStream::find_way() {
  lookup_ = shared_->link.route(request_.host, request_.port, [this](const Route& route) {
    const auto self = shared_from_this();
    if (route.kind == Route::Kind::unresolvable) return fail(SocketError::dns);
    pass(Phase::connect, [this, route] { set_out(route); });
  });
}

void TcpStream::set_out(const Route& route) {
  peer_ = shown_address(request_.host, request_.port, route);
  switch (route.kind) {
    case Route::Kind::reachable: break;
    case Route::Kind::black_hole: return;
    default: return fail(SocketError::no_connect);
  }
  if (gate_ || shared_->link.relays()) {
    set_out_by_relay(route);
  } else {
    set_out_directly(route);
  }
}

void TcpStream::set_out_by_relay(const Route& route) {
  Route there = route;
  there.local_port = request_.local_port;
  relay_ = shared_->link.relay(there, [this](std::error_code error, std::uint16_t port) {
    const auto self = shared_from_this();
    if (state_ != State::connecting) return;
    if (error) return fail(SocketError::no_connect);
    const int opened = relay_->open_socket();
    if (opened < 0) return fail(SocketError::no_connect);
    socket_.assign(tcp::v4(), opened, error);
    connect_to({asio::ip::address_v4::loopback(), port});
  });
}

void TcpStream::set_out_directly(const Route& route) {
  std::error_code error;
  const tcp::endpoint there(asio::ip::make_address(route.address, error), route.port);
  socket_.open(there.protocol(), error);
  if (!error) socket_.set_option(asio::socket_base::receive_buffer_size(tcp_socket_buffer), error);
  if (!error) socket_.set_option(asio::socket_base::send_buffer_size(tcp_socket_buffer), error);
  if (!error && request_.local_port != 0) {
    socket_.set_option(asio::socket_base::reuse_address(true), error);
    socket_.bind({there.protocol(), request_.local_port}, error);
  }
  if (error) return fail(SocketError::no_connect);
  connect_to(there);
}

void TcpStream::connect_to(const tcp::endpoint& there) {
  socket_.async_connect(there, [waiting = weak_from_this()](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || self->state_ != State::connecting) return;
    if (error) return self->fail(SocketError::no_connect);
    self->reached();
  });
}

void TcpStream::reached() {
  std::error_code error;
  socket_.non_blocking(true, error);
  socket_.set_option(tcp::no_delay(true), error);
  // Urgent data is data; a SIM800 has no word for it.
  socket_.set_option(UrgentInline(true), error);
  if (request_.keep_alive) keep_alive(*request_.keep_alive);
  if (!request_.tls) return establish();
  state_ = State::shaking_hands;
  pass(Phase::tls, [this] {
    tls_ = std::make_unique<TlsClient>(*request_.tls, request_.host, shared_->trust);
    pump();
  });
}

// In the system's time, whatever the scale of the module's.
void TcpStream::keep_alive(const KeepAlive& probes) {
  std::error_code ignored;
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.set_option(KeepIdle(static_cast<int>(probes.idle.count())), ignored);
  socket_.set_option(KeepInterval(static_cast<int>(probes.interval.count())), ignored);
  socket_.set_option(KeepCount(static_cast<int>(probes.count)), ignored);
}

void TcpStream::establish() {
  state_ = State::open;
  events_->connected(SocketError::none);
  pump_later();
}

void TcpStream::fail(SocketError why) {
  close();
  events_->connected(why);
}

void TcpStream::close() {
  state_ = State::over;
  std::error_code ignored;
  lookup_.reset();
  look_.cancel();
  look_past_.cancel();
  farewell_.cancel();
  staged_.clear();
  out_.clear();
  raw_.clear();
  socket_.close(ignored);
  relay_.reset();  // it carries to the end what it has been given
}

void TcpStream::abandon() {
  abandoned_ = true;
  events_->forget();
  gate_.reset();
  if (state_ != State::open || part()) return close();
  shared_->lingering.push_back(shared_from_this());
  farewell_ = shared_->link.clock().after(longest_farewell, [this] {
    const auto self = shared_from_this();
    close();
    part_later();
  });
  pump();
}

// True: that was all; the socket can be closed.  Closing it takes what has not been acknowledged with it where it is
// a reset, so that has to wait.
bool TcpStream::part() {
  std::error_code error;
  const bool unread = !in_.empty() || !staged_.empty() || (socket_.is_open() && socket_.available(error) > 0);
  if (!all_written() && !broken_) return false;
  if (!unread) {
    finishing_ = true;
    if (!end_written_) write_end();
    return all_written();
  }
  look_at_acknowledged();
  if (!broken_ && !relay_ && acknowledged_ < sent_) return false;
  socket_.set_option(asio::socket_base::linger(true, 0), error);
  return true;
}

void TcpStream::part_later() {
  asio::post(shared_->loop, [self = shared_from_this()] { std::erase(self->shared_->lingering, self); });
}

TcpSocket::TcpSocket(const std::shared_ptr<SocketShared>& shared, SocketRequest request)
    : events_(std::make_shared<SocketEventQueue>(shared->loop, *this)),
      stream_(std::make_shared<TcpStream>(shared, events_)) {
  stream_->connect(std::move(request));
}

TcpSocket::TcpSocket(const std::shared_ptr<SocketShared>& shared, tcp::socket accepted)
    : events_(std::make_shared<SocketEventQueue>(shared->loop, *this)),
      stream_(std::make_shared<TcpStream>(shared, events_)) {
  stream_->take(std::move(accepted));
}

TcpSocket::~TcpSocket() { stream_->abandon(); }

}  // namespace sim800
