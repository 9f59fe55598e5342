// UdpFlow: an unconnected socket, so that datagrams of strangers can be accepted, or not, at any time.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_udp.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <utility>

namespace sim800 {
namespace {

constexpr std::uint64_t loss_stream = 1;  // of chance, apart from the jitter

using asio::ip::udp;

// More than this many in transit towards the module are lost on the radio.
constexpr std::size_t max_in_flight = 64 * 1024, max_datagrams_in_flight = 1024;
// A peer that sends faster than they are read must not keep the loop from everything else.
constexpr int most_at_once = 64;

bool would_block(const std::error_code& error) {
  return error == asio::error::would_block || error == asio::error::interrupted;
}

udp::endpoint endpoint_of(const Route& route) {
  std::error_code error;
  return {asio::ip::make_address(route.address, error), route.port};
}

// The address of this machine that the peer will see.
asio::ip::address own_address(asio::io_context& loop, const udp::endpoint& there, std::error_code& error) {
  udp::socket probe(loop);
  probe.open(there.protocol(), error);
  if (!error) probe.connect(there, error);
  return error ? asio::ip::address() : probe.local_endpoint(error).address();
}

}  // namespace

UdpFlow::UdpFlow(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> events, SocketRequest request,
                 std::unique_ptr<TransferWatch> watch)
    : shared_(std::move(shared)),
      events_(std::move(events)),
      request_(std::move(request)),
      gate_(shared_->link.clock(), std::move(watch),
            {.end = [this](const Verdict& verdict) { return end_by_fault(verdict); },
             .resume = [this] { pump_later(); }}),
      socket_(shared_->loop),
      up_{.path = LinkPath(shared_->link.state(), Direction::up, shared_->seed * 2),
          .chance = {shared_->seed * 2, loss_stream}},
      down_{.path = LinkPath(shared_->link.state(), Direction::down, shared_->seed * 2 + 1),
            .chance = {shared_->seed * 2 + 1, loss_stream}} {
  ++shared_->seed;
  peer_.port = request_.port;
}

void UdpFlow::open() {
  asio::post(shared_->loop, [this, waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (!self || over_) return;
    gate_.reach(Phase::dns, [this] { find_way([this] { gate_.reach(Phase::connect, [this] { bind(); }); }); });
  });
}

// There is no connection to cut, but the module can be told that it is gone.
bool UdpFlow::end_by_fault(const Verdict& verdict) {
  if (!verdict.dns_fails && verdict.cut == Verdict::Cut::none) return false;
  if (open_) {
    const bool reset = verdict.dns_fails || verdict.cut == Verdict::Cut::reset;
    end(reset ? SocketError::reset : SocketError::none);
  } else {
    fail(verdict.dns_fails ? SocketError::dns : SocketError::no_connect);
  }
  return true;
}

void UdpFlow::find_way(std::function<void()> next) {
  lookup_ = shared_->link.route(request_.host, request_.port, [this, next = std::move(next)](const Route& route) {
    const auto self = shared_from_this();
    if (!open_ && route.kind == Route::Kind::unresolvable) return fail(SocketError::dns);
    route_ = route;
    peer_ = shown_address(request_.host, request_.port, route);
    next();
  });
}

// Refusals and black holes affect the datagrams, not earlier steps.
void UdpFlow::bind() {
  std::error_code error;
  asio::ip::address own = asio::ip::address_v4::loopback();
  if (route_.to_module) {
    own = loopback_for(request_.local_host, shared_->link);
  } else if (route_.kind == Route::Kind::reachable) {
    own = own_address(shared_->loop, endpoint_of(route_), error);
  }
  const udp::endpoint here(own, request_.local_port);
  if (!error) socket_.open(here.protocol(), error);
  if (!error) socket_.bind(here, error);
  if (!error) socket_.non_blocking(true, error);
  if (error) return fail(SocketError::no_connect);
  open_ = true;
  events_->connected(SocketError::none);
  pump_later();
}

void UdpFlow::fail(SocketError why) {
  abandon();
  events_->connected(why);
}

void UdpFlow::end(SocketError why) {
  abandon();
  events_->closed(why);
}

// Datagrams in transit go out at once: nobody measures their time any more.
void UdpFlow::abandon() {
  if (open_ && !shared_->link.model().blackhole && free()) {
    for (const Datagram& datagram : up_.datagrams) transmit(datagram.bytes);
  }
  over_ = true;
  open_ = false;
  gate_.forget();
  lookup_.reset();
  for (Lane* lane : {&up_, &down_}) {
    lane->datagrams.clear();
    lane->bytes = 0;
    lane->timer.cancel();
  }
  std::error_code ignored;
  socket_.close(ignored);
}

void UdpFlow::finish() { end(SocketError::none); }

void UdpFlow::redirect(const SocketAddress& there) {
  request_.host = there.host;
  request_.port = there.port;
  redirecting_ = true;
  find_way([this] {
    redirecting_ = false;
    pump();
  });
}

std::size_t UdpFlow::room() const { return open_ ? Socket::window - std::min(Socket::window, up_.bytes) : 0; }

void UdpFlow::send(std::string_view bytes) {
  if (bytes.empty() || !open_) return;
  if (bytes.size() > room()) return lose("there is no room to send it");
  set_out(up_, {std::string(bytes), {}, {}});
  pump_later();
}

void UdpFlow::consume(std::size_t count) {
  if (in_.empty()) return;
  std::string& bytes = in_.front().bytes;
  count = std::min(count, bytes.size());
  waiting_ -= count;
  bytes.erase(0, count);
  if (bytes.empty()) in_.pop_front();
}

// When a datagram arrives is decided when it is sent.
void UdpFlow::set_out(Lane& lane, Datagram datagram) {
  datagram.due = lane.path.send(datagram.bytes.size());
  lane.bytes += datagram.bytes.size();
  lane.datagrams.push_back(std::move(datagram));
}

void UdpFlow::pump_later() {
  if (std::exchange(pumping_later_, true)) return;
  asio::post(shared_->loop, [waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (!self) return;
    self->pumping_later_ = false;
    self->pump();
  });
}

void UdpFlow::pump() {
  const auto self = shared_from_this();
  if (free()) write();
  if (free()) receive();
  if (free()) arrive();
}

void UdpFlow::write() {
  while (free() && !redirecting_ && !waiting_to_write_ && !up_.datagrams.empty()) {
    const Datagram& next = up_.datagrams.front();
    if (next.due > shared_->link.clock().now()) {
      up_.timer = shared_->link.clock().at(next.due, [this] { pump(); });
      return;
    }
    if (!gate_.may_move(Direction::up, sent_)) return;
    const LinkModel& link = shared_->link.model();
    const bool goes = !link.blackhole && route_.kind == Route::Kind::reachable && !up_.loses(link);
    if (goes && !transmit(next.bytes)) return;
    sent_ += next.bytes.size();
    up_.bytes -= next.bytes.size();
    const std::string passed = gate_.wants_content() ? next.bytes : std::string();
    up_.datagrams.pop_front();
    events_->changed();
    gate_.passed(Direction::up, passed);
    gate_.may_move(Direction::up, sent_);
  }
}

bool UdpFlow::Lane::loses(const LinkModel& link) {
  if (lost_together > 0) {
    --lost_together;
    return true;
  }
  if (!chance.happens(link.loss)) return false;
  lost_together = link.burst - 1;
  return true;
}

// False: try again later.
bool UdpFlow::transmit(const std::string& bytes) {
  std::error_code error;
  socket_.send_to(asio::buffer(bytes), endpoint_of(route_), 0, error);
  if (would_block(error)) {
    waiting_to_write_ = true;
    socket_.async_wait(udp::socket::wait_write, [waiting = weak_from_this()](std::error_code problem) {
      const auto self = waiting.lock();
      if (!self || problem) return;
      self->waiting_to_write_ = false;
      self->pump();
    });
    return false;
  }
  if (error) lose(error.message().c_str());
  return true;
}

void UdpFlow::receive() {
  if (waiting_to_read_) return;
  std::array<char, 65536> buffer;
  for (int count_down = most_at_once;; --count_down) {
    if (count_down == 0) return pump_later();
    udp::endpoint from;
    std::error_code error;
    const std::size_t count = socket_.receive_from(asio::buffer(buffer), from, 0, error);
    if (would_block(error)) break;
    const bool from_peer = route_.kind == Route::Kind::reachable && from == endpoint_of(route_);
    if (error || count == 0 || (!from_peer && !take_all_) || shared_->link.model().blackhole) continue;
    if (down_.loses(shared_->link.model())) continue;
    if (down_.bytes + count > max_in_flight || down_.datagrams.size() == max_datagrams_in_flight) {
      lose("too many are under way");
      continue;
    }
    const SocketAddress source = from_peer ? peer_ : SocketAddress{from.address().to_string(), from.port()};
    set_out(down_, {std::string(buffer.data(), count), source, {}});
  }
  waiting_to_read_ = true;
  socket_.async_wait(udp::socket::wait_read, [waiting = weak_from_this()](std::error_code problem) {
    const auto self = waiting.lock();
    if (!self || problem) return;
    self->waiting_to_read_ = false;
    self->pump();
  });
}

void UdpFlow::arrive() {
  while (free() && !down_.datagrams.empty()) {
    Datagram& next = down_.datagrams.front();
    if (next.due > shared_->link.clock().now()) {
      down_.timer = shared_->link.clock().at(next.due, [this] { pump(); });
      return;
    }
    if (!gate_.may_move(Direction::down, received_)) return;
    const std::size_t count = next.bytes.size();
    received_ += count;
    down_.bytes -= count;
    const bool kept = waiting_ + count <= Socket::window;
    if (!kept) {
      lose("there is no room to keep it");
    } else {
      waiting_ += count;
      in_.push_back(std::move(next));
      events_->changed();
    }
    down_.datagrams.pop_front();
    if (kept) gate_.passed(Direction::down, in_.back().bytes);
    gate_.may_move(Direction::down, received_);
  }
}

void UdpFlow::lose(const char* why) {
  ++lost_;
  spdlog::warn("socket {}: datagram lost ({} so far): {}", request_.id, lost_, why);
}

UdpSocket::UdpSocket(const std::shared_ptr<SocketShared>& shared, SocketRequest request)
    : events_(std::make_shared<SocketEventQueue>(shared->loop, *this)) {
  auto watch = shared->watch(request);
  flow_ = std::make_shared<UdpFlow>(shared, events_, std::move(request), std::move(watch));
  flow_->open();
}

UdpSocket::~UdpSocket() {
  events_->forget();
  flow_->abandon();
}

}  // namespace sim800
