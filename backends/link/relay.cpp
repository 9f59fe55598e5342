// Relay: two lanes between two sockets.
// SPDX-License-Identifier: MIT
#include "backends/link/relay.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <chrono>
#include <deque>
#include <utility>

#include "backends/link/tcp_options.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

using asio::ip::tcp;
using End = RelayLane::End;

// A client that waits for the server's first data is told of a reset after this time.
constexpr Duration longest_silence = 1s;
// There is no event for an acknowledgement: the system is asked, at first and at most in these intervals of its time.
constexpr std::chrono::milliseconds first_look{1}, longest_look{50};

// A TCP socket bound to a free port of 127.0.0.1, which is told in `port`; -1 on failure, errno says why.
int open_admitted_socket(std::uint16_t& port) {
  UniqueFd opened(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  if (opened.get() < 0) return -1;
  limit_buffers(opened.get());
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

  void open(Ready done);
  void set_out();
  void connect();
  void arrived(std::error_code error);
  void listen();
  void accept();
  void call();
  void greet();
  void answer(std::error_code error, std::uint16_t port);
  void abandon();
  void lane_ended();
  void look_at_delivered();
  void look_again_after(std::chrono::milliseconds interval);
  void acknowledge(TimePoint due);
  void acknowledgements_arrive();
  void close();
  void settle();
  RelayLane::Parts lane(Direction direction, std::uint64_t seed);

  const LinkState& link;
  tcp::acceptor acceptor;
  tcp::socket client, server;
  tcp::endpoint there, from;
  std::uint16_t listens = 0;  // the client's port, if it is the one that listens
  std::uint64_t delivered = 0;
  struct Acknowledgement {
    TimePoint due;
    std::uint64_t count;
  };
  std::deque<Acknowledgement> on_the_way_back;  // sooner and smaller ones first
  std::uint64_t acknowledged = 0;
  std::function<void()> acknowledgement_came;  // null: nobody wants to know
  asio::steady_timer look;
  bool looking = false;
  Timer next_acknowledgement;
  Ready ready;
  std::function<void()> settled;
  std::atomic<std::uint16_t> admitted = 0;  // also set from an FTP session's thread
  bool stalled = false;
  bool set_out_yet = false;
  bool connected = false;  // the lanes may move data from now on: earlier, a read would block
  bool was_reset = false;  // by a cut
  bool accepted = false;
  bool abandoned = false;  // its user has gone
  bool closed = false;
  RelayLane up, down;
  Timer timer;
};

Relay::Core::Core(asio::io_context& loop, const LinkState& state, std::uint64_t seed)
    : link(state),
      acceptor(loop),
      client(loop),
      server(loop),
      look(loop),
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
          .ended = [this] { lane_ended(); },
          .gave = upwards ? [this] { look_again_after({}); } : std::function<void()>(),
          .sent_off = upwards ? std::function<void(TimePoint)>() : [this](TimePoint due) { acknowledge(due); }};
}

void Relay::Core::open(Ready done) {
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
  if (server.is_open()) return arrived({});  // it has come from there
  timer = link.clock.soon(up.delay(), [this] { connect(); });
}

void Relay::Core::connect() {
  std::error_code error = open_towards(server, there, from);
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
  if (listens != 0) return call();
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

// Nobody else can come from the address and port that the one socket is bound to: any other client is rejected.
void Relay::Core::accept() {
  acceptor.async_accept([waiting = weak_from_this()](std::error_code error, tcp::socket socket) {
    const auto self = waiting.lock();
    if (!self || self->closed) return;
    if (error) return self->close();
    std::error_code unknown;
    const auto peer = socket.remote_endpoint(unknown);
    const tcp::endpoint wanted(asio::ip::address_v4::loopback(), self->admitted);
    if (unknown || wanted.port() == 0 || peer != wanted) return self->accept();
    self->acceptor.close(unknown);
    self->client = std::move(socket);
    self->client.non_blocking(true, unknown);
    self->client.set_option(tcp::no_delay(true), unknown);
    self->accepted = true;
    self->greet();
  });
}

void Relay::Core::call() {
  const tcp::endpoint place(asio::ip::address_v4::loopback(), listens);
  client.async_connect(place, [waiting = weak_from_this()](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || self->closed) return;
    if (error) return self->close();
    self->client.non_blocking(true, error);
    self->client.set_option(tcp::no_delay(true), error);
    self->connected = self->accepted = true;
    self->settle();
    if (!self->closed) self->greet();
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
  abandoned = true;
  ready = nullptr;
  settled = nullptr;
  acknowledgement_came = nullptr;
  if (!accepted) return close();
  if (!closed) timer = link.clock.after(max_linger, [this] { close(); });
}

void Relay::Core::lane_ended() {
  if (up.ended() && down.ended()) close();
}

void Relay::Core::look_at_delivered() {
  delivered = std::max(delivered, up.passed() - unacknowledged(server, up.passed(), up.ended()));
}

// Asks the system at once, and then again and again until it has acknowledged everything.
void Relay::Core::look_again_after(std::chrono::milliseconds interval) {
  if (!acknowledgement_came || closed) return;
  if (interval == interval.zero()) {
    acknowledge(link.clock.now() + link.one_way());
    if (looking || delivered == up.passed()) return;
    interval = first_look;
  }
  looking = true;
  look.expires_after(interval);
  look.async_wait([waiting = weak_from_this(), interval](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || error) return;
    self->looking = false;
    if (self->closed) return;
    self->acknowledge(self->link.clock.now() + self->link.one_way());
    if (self->delivered < self->up.passed()) self->look_again_after(std::min(interval * 2, longest_look));
  });
}

// What the server has acknowledged by now will be known to the client at that time.
void Relay::Core::acknowledge(TimePoint due) {
  if (!acknowledgement_came) return;
  look_at_delivered();
  while (!on_the_way_back.empty() && on_the_way_back.back().due >= due) on_the_way_back.pop_back();
  if (delivered > (on_the_way_back.empty() ? acknowledged : on_the_way_back.back().count)) {
    on_the_way_back.push_back({due, delivered});
  }
  acknowledgements_arrive();
}

void Relay::Core::acknowledgements_arrive() {
  if (stalled || link.model.blackhole) return;
  const std::uint64_t before = acknowledged;
  for (; !on_the_way_back.empty() && on_the_way_back.front().due <= link.clock.now(); on_the_way_back.pop_front()) {
    acknowledged = on_the_way_back.front().count;
  }
  if (!on_the_way_back.empty()) {
    next_acknowledgement = link.clock.at(on_the_way_back.front().due, [this] { acknowledgements_arrive(); });
  }
  if (acknowledged == before) return;
  const auto tell = acknowledgement_came;
  if (tell) tell();
}

// Acknowledgements that are on their way arrive all the same.
void Relay::Core::close() {
  if (std::exchange(closed, true)) return;
  look_at_delivered();
  const auto self = shared_from_this();
  std::error_code ignored;
  acceptor.close(ignored);
  client.close(ignored);
  server.close(ignored);
  up.discard();
  down.discard();
  look.cancel();
  timer.cancel();
  settle();
}

void Relay::Core::settle() {
  if (const auto tell = std::exchange(settled, nullptr)) tell();
}

Relay::Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, const tcp::endpoint& there,
             const tcp::endpoint& from, Ready ready)
    : core_(std::make_shared<Core>(loop, link, seed)) {
  core_->there = there;
  core_->from = from;
  core_->open(std::move(ready));
}

Relay::Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, tcp::socket accepted, Ready ready)
    : core_(std::make_shared<Core>(loop, link, seed)) {
  core_->server = std::move(accepted);
  core_->open(std::move(ready));
}

Relay::Relay(asio::io_context& loop, const LinkState& link, std::uint64_t seed, tcp::socket accepted,
             tcp::socket caller, std::uint16_t port, std::function<void()> settled)
    : core_(std::make_shared<Core>(loop, link, seed)) {
  core_->server = std::move(accepted);
  core_->client = std::move(caller);
  core_->listens = port;
  core_->settled = std::move(settled);
  core_->open(nullptr);
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

void Relay::edit(std::function<void(std::string&)> edit) { core_->up.edit(std::move(edit)); }

void Relay::before_answers(std::function<void()> heard) { core_->down.before(std::move(heard)); }

void Relay::hold_answers(bool on) { core_->down.hold(on); }

std::uint64_t Relay::delivered() const {
  core_->look_at_delivered();
  return core_->delivered;
}

std::uint64_t Relay::in_flight() const {
  std::error_code closed;
  const std::size_t unread = core_->client.is_open() ? core_->client.available(closed) : 0;
  return unread + core_->up.inside() + core_->up.passed() - delivered();
}

void Relay::follow(std::function<void()> arrived) { core_->acknowledgement_came = std::move(arrived); }

std::uint64_t Relay::acknowledged() const { return core_->acknowledged; }

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
  core.acknowledgements_arrive();
  if (core.closed) return;
  core.set_out();
  if (!core.connected) return;
  core.up.model_changed();
  core.down.model_changed();
}

void close_relay(Relay::Core& core) { core.close(); }

bool is_closed(const Relay::Core& core) { return core.closed; }

bool is_abandoned(const Relay::Core& core) { return core.abandoned; }

}  // namespace sim800
