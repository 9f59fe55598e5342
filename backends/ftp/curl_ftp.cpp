// FtpClient on libcurl: the loop's side of each session.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp.hpp"

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "backends/curl/http_target.hpp"
#include "backends/ftp/curl_ftp_request.hpp"
#include "backends/ftp/curl_ftp_transfer.hpp"
#include "backends/ftp/ftp_pipe.hpp"
#include "backends/link/relay.hpp"
#include "backends/link/transfer_gate.hpp"

namespace sim800 {
namespace {

class CurlFtpSession final : public FtpSession {
 public:
  struct Parts {
    asio::io_context& loop;
    RadioLink& link;
    std::unique_ptr<TransferWatch> watch;  ///< null: no fault has anything to do with it
  };
  CurlFtpSession(Parts parts, FtpRequest request, FtpEvents events);

  bool awaits_connection() const override { return pipe_ && pipe_->awaits_connection(); }
  std::string_view readable() const override { return std::string_view(received_).substr(consumed_); }
  void consume(std::size_t count) override;
  std::size_t room() const override { return pipe_ ? pipe_->room() : 0; }
  void write(std::string_view bytes) override;
  void finish() override;
  std::uint64_t sent() const override { return pipe_ ? pipe_->sent() : 0; }

 private:
  void watch(std::unique_ptr<TransferWatch> watch);
  void start();
  void find_way();
  void take(const Route& route);
  void connect(const Route& route);
  void run(const FtpRoute& way);
  void tell();
  void pass(Phase phase, const std::function<void()>& next);
  void answer(const FtpQuestion& question);
  void open_data(std::uint16_t port);
  void agree();
  bool end_by_fault(const Verdict& verdict);
  void end(FtpOutcome outcome);
  void fail(int code) { end({code, 0}); }

  asio::io_context& loop_;
  RadioLink& link_;
  FtpRequest request_;
  std::shared_ptr<FtpEvents> events_;  // shared with the event that is being told, as it may destroy the session
  std::string url_;
  std::string received_;
  std::size_t consumed_ = 0;  // of received_
  bool ended_ = false;
  bool finished_ = false;  // maybe before there was a pipe: a file of no bytes
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::unique_ptr<Lookup> lookup_;
  // The loop does not run dry while the other thread works.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::unique_ptr<TransferGate> gate_;     // null: nothing is to be asked
  Verdict::Cut cut_ = Verdict::Cut::none;  // what has come of the question that is being answered
  std::string server_address_;             // the real one
  std::unique_ptr<Relay> control_;         // null: connections are direct ones
  std::unique_ptr<Relay> data_;            // of the newest data connection
  std::optional<FtpPipe> pipe_;
  std::optional<FtpLoopRequest> desk_;
  std::optional<CurlFtpTransfer> transfer_;  // ends first: it uses the pipe
};

CurlFtpSession::CurlFtpSession(Parts parts, FtpRequest request, FtpEvents events)
    : loop_(parts.loop),
      link_(parts.link),
      request_(std::move(request)),
      events_(std::make_shared<FtpEvents>(std::move(events))) {
  // libcurl 7.87 and 7.88 leave an active data connection in clear (curl's pull request 10669).
  if (request_.tls != FtpTls::off) request_.passive = true;
  if (parts.watch) watch(std::move(parts.watch));
  const auto target = make_http_target(false, request_.host, request_.port, "/");
  const bool sendable = can_be_sent(request_);
  if (target && sendable) {
    const char* const scheme = request_.tls == FtpTls::implicit ? "ftps://" : "ftp://";
    url_ = scheme + host_and_port(target->host, target->port) + "/";
    if (!gate_) {
      find_way();
      return;
    }
  }
  asio::post(loop_, [this, alive = std::weak_ptr(alive_), sendable] {
    if (alive.expired()) return;
    if (url_.empty()) return fail(sendable ? ftp_code::dns_error : ftp_code::operate_error);
    pass(Phase::dns, [this] { find_way(); });
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

void CurlFtpSession::find_way() {
  lookup_ = link_.route(request_.host, request_.port, [this](const Route& route) {
    if (route.kind == Route::Kind::unresolvable) return fail(ftp_code::dns_error);
    pass(Phase::connect, [this, route] { take(route); });
  });
}

void CurlFtpSession::take(const Route& route) {
  switch (route.kind) {
    case Route::Kind::reachable: return gate_ || link_.relays() ? connect(route) : run({.route = route});
    case Route::Kind::unresolvable:
    case Route::Kind::unreachable:
    case Route::Kind::refused: return fail(ftp_code::connect_error);
    case Route::Kind::black_hole: return;
  }
}

void CurlFtpSession::connect(const Route& route) {
  server_address_ = route.address;
  control_ = link_.relay(route, [this](std::error_code error, std::uint16_t port) {
    if (error) return fail(ftp_code::connect_error);
    desk_.emplace([this, &loop = loop_, alive = std::weak_ptr(alive_)] {
      asio::post(loop, [this, alive] {
        if (alive.expired()) return;
        if (const auto question = desk_->take()) answer(*question);
      });
    });
    const auto go_on = [this, port] {
      run({.route = {Route::Kind::reachable, "127.0.0.1", port},
           .own_address = control_->own_address(),
           .control = control_.get(),
           .desk = &*desk_,
           .watched = gate_ != nullptr});
    };
    if (request_.tls != FtpTls::implicit) return go_on();
    pass(Phase::tls, go_on);
  });
  if (gate_) gate_->carry(*control_);
}

void CurlFtpSession::run(const FtpRoute& way) {
  if (ended_) return;
  work_.emplace(loop_.get_executor());
  try {
    pipe_.emplace([this, &loop = loop_, alive = std::weak_ptr(alive_)] {
      asio::post(loop, [this, alive] {
        if (!alive.expired()) tell();
      });
    });
    if (finished_) pipe_->finish();
    transfer_.emplace(std::move(request_), std::move(url_), way, *pipe_);
  } catch (const std::exception&) {  // no descriptor, no thread, no memory to be had
    fail(ftp_code::connect_error);
  }
}

void CurlFtpSession::answer(const FtpQuestion& question) {
  cut_ = Verdict::Cut::none;
  const auto then = [this] { agree(); };
  switch (question.kind) {
    case FtpQuestion::Kind::connection: return open_data(question.port);
    case FtpQuestion::Kind::phase: {
      if (question.phase == Phase::data) gate_->let_cut(data_.get());
      return gate_->reach(question.phase, then);
    }
    case FtpQuestion::Kind::moved: {
      // The gate's own limit and the watch's stops are both places to ask at.
      if (question.total >= gate_->limit()) return gate_->truncate(then);
      return gate_->moved(question.direction, question.total, then);
    }
  }
}

void CurlFtpSession::open_data(std::uint16_t port) {
  data_ =
      link_.relay({Route::Kind::reachable, server_address_, port}, [this](std::error_code error, std::uint16_t there) {
        FtpAnswer answer;
        if (!error) answer = {.relay = data_.get(), .port = there};
        desk_->answer(answer);
      });
  if (gate_) gate_->carry_also(*data_);
}

void CurlFtpSession::agree() {
  FtpAnswer answer;
  answer.cut = cut_;
  answer.stop_up = std::min(gate_->stop(Direction::up), gate_->limit());
  answer.stop_down = std::min(gate_->stop(Direction::down), gate_->limit());
  desk_->answer(answer);
}

// True: that was the end, and the session may be gone.
bool CurlFtpSession::end_by_fault(const Verdict& verdict) {
  if (ended_) return true;
  if (verdict.code || verdict.dns_fails) {
    gate_->cut_all(Verdict::Cut::close);
    if (desk_) desk_->cancel();
    if (pipe_) pipe_->cancel();
    fail(verdict.code.value_or(ftp_code::dns_error));
    return true;
  }
  if (!desk_) {  // not yet connected
    fail(ftp_code::connect_error);
    return true;
  }
  cut_ = verdict.cut;
  return false;
}

// Each event may destroy the session.
void CurlFtpSession::tell() {
  if (ended_) return;
  auto news = pipe_->take();
  received_.erase(0, std::exchange(consumed_, 0));
  received_ += news.bytes;
  const std::weak_ptr alive(alive_);
  const auto events = events_;
  if (news.heard && events->heard) events->heard();
  if (alive.expired()) return;
  if (news.changed && events->changed) events->changed();
  if (alive.expired()) return;
  if (news.outcome) end(*news.outcome);
}

void CurlFtpSession::consume(std::size_t count) {
  consumed_ += count;
  if (pipe_) pipe_->consumed(count);
}

void CurlFtpSession::write(std::string_view bytes) {
  if (pipe_) pipe_->write(bytes);
}

void CurlFtpSession::finish() {
  finished_ = true;
  if (pipe_) pipe_->finish();
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
