// FtpClient on libcurl: the loop's side of each session.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp.hpp"

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "backends/curl/http_target.hpp"
#include "backends/ftp/curl_ftp_request.hpp"
#include "backends/ftp/curl_ftp_transfer.hpp"
#include "backends/ftp/ftp_address.hpp"
#include "backends/ftp/ftp_bridge.hpp"
#include "backends/link/relay.hpp"
#include "backends/link/tcp_options.hpp"
#include "backends/link/transfer_gate.hpp"

namespace sim800 {
namespace {

class CurlFtpSession final : public FtpSession {
 public:
  struct Parts {
    asio::io_context& loop;
    RadioLink& link;
    std::unique_ptr<TransferWatch> watch;  ///< null: no fault concerns it
  };
  CurlFtpSession(Parts parts, FtpRequest request, FtpEvents events);

  bool awaits_connection() const override { return bridge_ && bridge_->awaits_connection(); }
  std::string_view readable() const override { return std::string_view(received_).substr(consumed_); }
  void consume(std::size_t count) override;
  std::size_t room() const override { return bridge_ && !waits_for_fault() ? bridge_->room() : 0; }
  void write(std::string_view bytes) override;
  void finish() override;
  std::uint64_t sent() const override;

 private:
  void watch(std::unique_ptr<TransferWatch> watch);
  void start();
  void find_route();
  void take(const Route& route);
  void connect(const Route& route);
  void run(const FtpRoute& route);
  void take_update();
  void pass(Phase phase, const std::function<void()>& next);
  void serve(const FtpLoopRequest& request);
  void open_data(std::uint16_t port);
  void wait_for_server();
  void accept_data();
  void look_for_data();
  void carry_data(asio::ip::tcp::socket socket);
  void redirect(std::string& command);
  void reply();
  std::uint64_t stop(Direction direction) const;
  bool waits_for_fault() const;
  bool end_by_fault(const Verdict& verdict);
  void end(FtpOutcome outcome);
  void fail(int code) { end({code, 0}); }

  asio::io_context& loop_;
  RadioLink& link_;
  FtpRequest request_;
  std::shared_ptr<FtpEvents> events_;  // shared with the event that is being called, as it may destroy the session
  std::string url_;
  std::string received_;
  std::size_t consumed_ = 0;             // of received_
  std::uint64_t written_ = 0;            // by the host
  mutable std::uint64_t delivered_ = 0;  // to the server
  bool ended_ = false;
  bool finished_ = false;  // maybe before there was a bridge: a file of no bytes
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::unique_ptr<Lookup> lookup_;
  // The loop does not run dry while the other thread works.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::unique_ptr<TransferGate> gate_;     // null: nobody to ask
  Verdict::Cut cut_ = Verdict::Cut::none;  // what came of the request that is being served
  std::string server_address_;             // the real one, once the relay has connected there
  std::unique_ptr<Relay> control_;         // null: connections are direct ones
  std::unique_ptr<Relay> data_;            // of the newest data connection
  // Active mode, with relays: where the server calls, and what goes on to libcurl from there.
  std::optional<asio::ip::tcp::acceptor> acceptor_;
  std::optional<asio::ip::tcp::socket> caller_;
  std::uint16_t called_from_ = 0;  // its port
  std::uint16_t listening_ = 0;    // libcurl's port, once it has told it
  std::optional<FtpBridge> bridge_;
  std::optional<CurlFtpTransfer> transfer_;  // ends first: it uses what stands above
};

CurlFtpSession::CurlFtpSession(Parts parts, FtpRequest request, FtpEvents events)
    : loop_(parts.loop),
      link_(parts.link),
      request_(std::move(request)),
      events_(std::make_shared<FtpEvents>(std::move(events))) {
  // libcurl 7.87 and 7.88 leave an active data connection in clear (curl's pull request 10669).
  if (request_.tls != FtpTls::off) request_.passive = true;
  if (parts.watch) watch(std::move(parts.watch));
  const bool sendable = can_be_sent(request_);
  const auto url = make_url(request_.tls == FtpTls::implicit ? "ftps" : "ftp", request_.host, request_.port);
  if (url && sendable) {
    url_ = *url;
    if (!gate_) {
      find_route();
      return;
    }
  }
  asio::post(loop_, [this, alive = std::weak_ptr(alive_), sendable] {
    if (alive.expired()) return;
    if (url_.empty()) return fail(sendable ? ftp_code::dns_error : ftp_code::operate_error);
    pass(Phase::dns, [this] { find_route(); });
  });
}

void CurlFtpSession::watch(std::unique_ptr<TransferWatch> watch) {
  gate_ = std::make_unique<TransferGate>(
      link_.clock(), std::move(watch),
      TransferGate::Acts{.end = [this](const Verdict& verdict) { return end_by_fault(verdict); }, .resume = nullptr});
}

void CurlFtpSession::pass(Phase phase, const std::function<void()>& next) {
  if (!gate_) return next();
  gate_->reach(phase, next);
}

void CurlFtpSession::find_route() {
  lookup_ = link_.route(request_.host, request_.port, [this](const Route& route) {
    if (route.kind == Route::Kind::unresolvable) return fail(ftp_code::dns_error);
    pass(Phase::connect, [this, route] { take(route); });
  });
}

void CurlFtpSession::take(const Route& route) {
  switch (route.kind) {
    case Route::Kind::reachable:
      return gate_ || link_.relays() ? connect(route) : run({.server = route, .caller = {route.address}});
    case Route::Kind::unresolvable:
    case Route::Kind::unreachable:
    case Route::Kind::refused: return fail(ftp_code::connect_error);
    case Route::Kind::black_hole: return;
  }
}

void CurlFtpSession::connect(const Route& route) {
  control_ = link_.relay(route, [this, address = route.address](std::error_code error, std::uint16_t port) {
    if (error) return fail(ftp_code::connect_error);
    server_address_ = address;
    if (!request_.passive) wait_for_server();
    const auto go_on = [this, port] {
      run({.server = {Route::Kind::reachable, "127.0.0.1", port},
           .caller = {"127.0.0.1", called_from_},
           .relay = control_.get(),
           .watched = gate_ != nullptr});
    };
    if (request_.tls != FtpTls::implicit) return go_on();
    pass(Phase::tls, go_on);
  });
  if (gate_) gate_->carry(*control_);
}

void CurlFtpSession::run(const FtpRoute& route) {
  if (ended_) return;
  work_.emplace(loop_.get_executor());
  try {
    bridge_.emplace([this, &loop = loop_, alive = std::weak_ptr(alive_)] {
      asio::post(loop, [this, alive] {
        if (!alive.expired()) take_update();
      });
    });
    if (finished_) bridge_->finish();
    transfer_.emplace(std::move(request_), std::move(url_), route, *bridge_);
  } catch (const std::exception&) {  // no descriptor, no thread, no memory to be had
    fail(ftp_code::connect_error);
  }
}

// The thread waits for the reply.
void CurlFtpSession::serve(const FtpLoopRequest& request) {
  cut_ = Verdict::Cut::none;
  const auto then = [this] { reply(); };
  switch (request.kind) {
    case FtpLoopRequest::Kind::connect: return open_data(request.port);
    case FtpLoopRequest::Kind::phase: {
      if (request.phase == Phase::data) gate_->let_cut(data_.get());
      return gate_->reach(request.phase, then);
    }
    case FtpLoopRequest::Kind::moved: {
      // The gate's own limit and the watch's stops are both places to ask at.
      if (request.total >= gate_->limit()) return gate_->truncate(then);
      return gate_->moved(request.direction, request.total, then);
    }
  }
}

void CurlFtpSession::open_data(std::uint16_t port) {
  const Route there{Route::Kind::reachable, server_address_, port};
  data_ = link_.relay(there, [this](std::error_code error, std::uint16_t relay_port) {
    bridge_->reply({.relay = error ? nullptr : data_.get(), .port = relay_port});
  });
  if (gate_) gate_->carry_also(*data_);
}

// Active mode: the server calls here, and its connection goes through a relay to where libcurl listens.
void CurlFtpSession::wait_for_server() {
  using tcp = asio::ip::tcp;
  std::error_code error;
  const auto own = asio::ip::make_address(control_->own_address(), error);
  tcp::acceptor acceptor(loop_);
  tcp::socket caller(loop_);
  if (!error) acceptor.open(own.is_v6() ? tcp::v6() : tcp::v4(), error);
  if (!error) accept_only_from({server_address_}, acceptor.native_handle());
  limit_buffers(acceptor, error);
  if (!error) acceptor.bind({own, 0}, error);
  if (!error) acceptor.listen(1, error);
  if (!error) error = open_towards(caller, {asio::ip::address_v4::loopback(), 0}, {});
  if (!error) caller.bind({asio::ip::address_v4::loopback(), 0}, error);
  const auto port = caller.local_endpoint(error).port();
  if (error) return;  // the server will not find anybody
  called_from_ = port;
  acceptor_.emplace(std::move(acceptor));
  caller_.emplace(std::move(caller));
  control_->edit([this, alive = std::weak_ptr(alive_)](std::string& command) {
    if (!alive.expired()) redirect(command);
  });
  control_->before_answers([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look_for_data();
  });
}

// The control connection's end is at the relay here, so that is what libcurl tells the server.
void CurlFtpSession::redirect(std::string& command) {
  if (!command.starts_with("PORT ") || !command.ends_with("\r\n") || !acceptor_) return;
  const auto port = ftp_port_in(command);
  if (!port || listening_ != 0) return;
  listening_ = *port;
  std::error_code unknown;
  command = ftp_port_command(control_->own_address(), acceptor_->local_endpoint(unknown).port()) + "\r\n";
  accept_data();
}

void CurlFtpSession::accept_data() {
  acceptor_->async_accept([this, alive = std::weak_ptr(alive_)](std::error_code error, asio::ip::tcp::socket socket) {
    if (alive.expired() || error || ended_ || !acceptor_->is_open()) return;
    if (!comes_from({server_address_}, socket.native_handle())) return accept_data();
    carry_data(std::move(socket));
  });
}

// libcurl takes an answer that comes before the data connection for the end of the transfer.  The server has connected
// before it said anything more, but here, and by the radio, the one may overtake the other.
void CurlFtpSession::look_for_data() {
  if (ended_ || listening_ == 0 || !acceptor_->is_open()) return;
  std::error_code error;
  acceptor_->non_blocking(true, error);
  asio::ip::tcp::socket socket(loop_);
  while (!error) {
    acceptor_->accept(socket, error);
    if (!error && comes_from({server_address_}, socket.native_handle())) return carry_data(std::move(socket));
    socket = asio::ip::tcp::socket(loop_);
  }
}

void CurlFtpSession::carry_data(asio::ip::tcp::socket socket) {
  std::error_code ignored;
  acceptor_->close(ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  control_->hold_answers(true);
  data_ = link_.relay(std::move(socket), std::move(*caller_), listening_, [this] { control_->hold_answers(false); });
  if (gate_) gate_->carry_also(*data_);
}

void CurlFtpSession::reply() {
  bridge_->reply({.cut = cut_, .stop_up = stop(Direction::up), .stop_down = stop(Direction::down)});
  // There may be room again.  Not from here: the event may destroy the session.
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || ended_) return;
    const auto events = events_;
    if (events->changed) events->changed();
  });
}

std::uint64_t CurlFtpSession::stop(Direction direction) const {
  return std::min(gate_->stop(direction), gate_->limit());
}

// The host has written as far as a fault is to be asked.  If it could go on, what it has written by the time the fault
// acts would depend on the speed of this machine.
bool CurlFtpSession::waits_for_fault() const {
  return gate_ && (cut_ != Verdict::Cut::none || written_ >= stop(Direction::up));
}

std::uint64_t CurlFtpSession::sent() const {
  const std::uint64_t sent = bridge_ ? bridge_->sent() : 0;
  const std::uint64_t under_way = (transfer_ ? transfer_->unacknowledged() : 0) + (data_ ? data_->in_flight() : 0);
  delivered_ = std::max(delivered_, sent - std::min(sent, under_way));
  return delivered_;
}

// True: that was the end, and the session may be gone.
bool CurlFtpSession::end_by_fault(const Verdict& verdict) {
  if (ended_) return true;
  if (verdict.code || verdict.dns_fails) {
    gate_->cut_all(Verdict::Cut::close);
    if (bridge_) bridge_->cancel();
    fail(verdict.code.value_or(ftp_code::dns_error));
    return true;
  }
  if (server_address_.empty()) {
    fail(ftp_code::connect_error);
    return true;
  }
  cut_ = verdict.cut;
  return false;
}

// Each event may destroy the session.
void CurlFtpSession::take_update() {
  if (ended_) return;
  auto update = bridge_->take();
  received_.erase(0, std::exchange(consumed_, 0));
  received_ += update.bytes;
  const std::weak_ptr alive(alive_);
  const auto events = events_;
  if (update.heard && events->heard) events->heard();
  if (alive.expired()) return;
  if (update.changed && events->changed) events->changed();
  if (alive.expired()) return;
  if (update.request) return serve(*update.request);
  if (update.outcome) end(*update.outcome);
}

void CurlFtpSession::consume(std::size_t count) {
  consumed_ += count;
  if (bridge_) bridge_->consumed(count);
}

void CurlFtpSession::write(std::string_view bytes) {
  written_ += bytes.size();
  if (bridge_) bridge_->write(bytes);
}

void CurlFtpSession::finish() {
  finished_ = true;
  if (bridge_) bridge_->finish();
}

// The last thing a session does: `done` may destroy it.
void CurlFtpSession::end(FtpOutcome outcome) {
  if (std::exchange(ended_, true)) return;
  work_.reset();
  if (gate_) gate_->forget();
  const auto events = events_;
  if (events->done) events->done(outcome);
}

const char* name_of(FtpVerb verb) {
  switch (verb) {
    case FtpVerb::get: return "get";
    case FtpVerb::put: return "put";
    case FtpVerb::list: return "list";
    case FtpVerb::size: return "size";
    case FtpVerb::dele: return "dele";
    case FtpVerb::mkd: return "mkd";
    case FtpVerb::rmd: return "rmd";
  }
  return "";
}

class CurlFtpClient final : public FtpClient {
 public:
  CurlFtpClient(asio::io_context& loop, RadioLink& link, Interference* interference)
      : loop_(loop), link_(link), interference_(interference) {
    if (interference != nullptr && interference->needs_relay()) link.relay_always();
  }

  std::unique_ptr<FtpSession> start(FtpRequest request, FtpEvents events) override {
    return std::make_unique<CurlFtpSession>(CurlFtpSession::Parts{loop_, link_, watch(request)}, std::move(request),
                                            std::move(events));
  }

 private:
  std::unique_ptr<TransferWatch> watch(const FtpRequest& request) {
    if (interference_ == nullptr) return nullptr;
    return interference_->watch({TransferKind::User::ftp, name_of(request.verb), request.host});
  }

  asio::io_context& loop_;
  RadioLink& link_;
  Interference* interference_;
};

}  // namespace

std::unique_ptr<FtpClient> make_curl_ftp_client(asio::io_context& loop, RadioLink& link, Interference* interference) {
  return std::make_unique<CurlFtpClient>(loop, link, interference);
}

}  // namespace sim800
