// TcpStream: its way to the server, what faults do to it, and its end.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_tcp.hpp"

#include <netinet/tcp.h>

#include <asio/post.hpp>
#include <utility>

#include "backends/link/tcp_options.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;

using KeepIdle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using KeepInterval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using KeepCount = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
constexpr std::size_t most_lingering = 32;

using UrgentInline = asio::detail::socket_option::boolean<SOL_SOCKET, SO_OOBINLINE>;

}  // namespace

TcpStream::TcpStream(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> events,
                     SocketRequest request, std::unique_ptr<TransferWatch> watch)
    : shared_(std::move(shared)),
      events_(std::move(events)),
      request_(std::move(request)),
      gate_(shared_->link.clock(), std::move(watch),
            {.end = [this](const Verdict& verdict) { return end_by_fault(verdict); },
             .resume =
                 [this] {
                   events_->changed();
                   step_later();
                 }}),
      socket_(shared_->loop),
      look_(shared_->loop) {
  out_.reserve(Socket::window);
}

void TcpStream::connect() {
  asio::post(shared_->loop, [this, waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (self && state_ == State::connecting) gate_.reach(Phase::dns, [this] { find_way(); });
  });
}

void TcpStream::take(tcp::socket accepted) {
  std::error_code gone;
  const auto there = accepted.remote_endpoint(gone);
  const std::string address = there.address().to_string();
  const AddressPlan* const modules = shared_->link.modules();
  const auto module = modules == nullptr ? std::nullopt : modules->address_at(address);
  peer_ = {module.value_or(address), there.port()};
  if (shared_->link.relays()) {
    return go_through(shared_->link.relay(
        std::move(accepted), [this](std::error_code error, std::uint16_t port) { enter_relay(error, port); }));
  }
  socket_ = std::move(accepted);
  reached();
}

// Only what was let through stays readable.  A code means nothing to a socket.
bool TcpStream::end_by_fault(const Verdict& verdict) {
  if (!verdict.dns_fails && verdict.cut == Verdict::Cut::none) return false;
  if (state_ == State::open) {
    const bool reset = verdict.dns_fails || verdict.cut == Verdict::Cut::reset;
    if (verdict.dns_fails) gate_.cut_all(Verdict::Cut::reset);
    close();
    events_->closed(reset ? SocketError::reset : SocketError::none);
  } else {
    const SocketError failure = state_ == State::connecting ? SocketError::no_connect : SocketError::tls;
    fail(verdict.dns_fails ? SocketError::dns : failure);
  }
  return true;
}

void TcpStream::find_way() {
  lookup_ = shared_->link.route(request_.host, request_.port, [this](const Route& route) {
    const auto self = shared_from_this();
    if (route.kind == Route::Kind::unresolvable) return fail(SocketError::dns);
    gate_.reach(Phase::connect, [this, route] { set_out(route); });
  });
}

void TcpStream::set_out(const Route& route) {
  peer_ = shown_address(request_.host, request_.port, route);
  switch (route.kind) {
    case Route::Kind::reachable: break;
    case Route::Kind::black_hole: return;
    default: return fail(SocketError::no_connect);
  }
  if (gate_.watched() || shared_->link.relays()) return set_out_by_relay(route);
  std::error_code error;
  const tcp::endpoint there(asio::ip::make_address(route.address, error), route.port);
  const asio::ip::address own =
      route.to_module ? loopback_for(request_.local_host, shared_->link) : asio::ip::address();
  if (open_towards(socket_, there, {own, request_.local_port})) return fail(SocketError::no_connect);
  connect_to(there);
}

void TcpStream::set_out_by_relay(const Route& route) {
  Route there = route;
  if (route.to_module) there.local_address = loopback_for(request_.local_host, shared_->link).to_string();
  there.local_port = request_.local_port;
  go_through(
      shared_->link.relay(there, [this](std::error_code error, std::uint16_t port) { enter_relay(error, port); }));
}

void TcpStream::go_through(std::unique_ptr<Relay> relay) {
  relay_ = std::move(relay);
  relay_->follow([this] { step_later(); });
  gate_.carry(*relay_);
}

void TcpStream::enter_relay(std::error_code error, std::uint16_t port) {
  const auto self = shared_from_this();
  if (state_ != State::connecting) return;
  const int opened = error ? -1 : relay_->open_socket();
  if (opened < 0) return fail(SocketError::no_connect);
  socket_.assign(tcp::v4(), opened, error);
  connect_to({asio::ip::address_v4::loopback(), port});
}

void TcpStream::connect_to(const tcp::endpoint& there) {
  socket_.async_connect(there, [self = shared_from_this()](std::error_code error) {
    if (self->state_ != State::connecting) return;
    error ? self->fail(SocketError::no_connect) : self->reached();
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
  gate_.reach(Phase::tls, [this] { shake_hands(); });
}

// In the system's time, whatever the scale of the module's.
void TcpStream::keep_alive(const KeepAlive& probes) {
  std::error_code ignored;
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.set_option(KeepIdle(static_cast<int>(probes.idle.count())), ignored);
  socket_.set_option(KeepInterval(static_cast<int>(probes.interval.count())), ignored);
  socket_.set_option(KeepCount(static_cast<int>(probes.count)), ignored);
}

void TcpStream::shake_hands() {
  tls_ = make_tls_stream(socket_, *request_.tls, request_.host, shared_->trust);
  if (!tls_) return fail(SocketError::tls);
  tls_->async_handshake(TlsStream::client, [self = shared_from_this()](std::error_code error) {
    if (self->state_ != State::shaking_hands) return;
    error ? self->fail(SocketError::tls) : self->establish();
  });
}

void TcpStream::establish() {
  state_ = State::open;
  events_->connected(SocketError::none);
  step_later();
}

void TcpStream::fail(SocketError why) {
  close();
  events_->connected(why);
}

void TcpStream::close() {
  const auto self = shared_from_this();
  if (std::exchange(state_, State::over) == State::lingering) std::erase(shared_->lingering, self);
  std::error_code ignored;
  gate_.forget();
  lookup_.reset();
  look_.cancel();
  linger_timer_.cancel();
  read_ = {};
  out_.clear();
  socket_.close(ignored);
  relay_.reset();  // it carries to the end what it has been given
}

void TcpStream::abandon() {
  const auto self = shared_from_this();
  events_->forget();
  gate_.forget();
  if (state_ != State::open) return close();
  state_ = State::lingering;
  // Peers that take nothing would otherwise use up the process's descriptors within the minute they are given.
  if (shared_->lingering.size() == most_lingering) shared_->lingering.front()->close();
  shared_->lingering.push_back(self);
  linger_timer_ = shared_->link.clock().after(max_linger, [this] { close(); });
  step();
}

TcpSocket::TcpSocket(const std::shared_ptr<SocketShared>& shared, SocketRequest request)
    : events_(std::make_shared<SocketEventQueue>(shared->loop, *this)) {
  auto watch = shared->watch(request);
  stream_ = std::make_shared<TcpStream>(shared, events_, std::move(request), std::move(watch));
  stream_->connect();
}

TcpSocket::TcpSocket(const std::shared_ptr<SocketShared>& shared, tcp::socket accepted)
    : events_(std::make_shared<SocketEventQueue>(shared->loop, *this)),
      stream_(std::make_shared<TcpStream>(shared, events_)) {
  stream_->take(std::move(accepted));
}

TcpSocket::~TcpSocket() { stream_->abandon(); }

}  // namespace sim800
