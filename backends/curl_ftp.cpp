// FtpClient on libcurl: the loop's side of each session.
// SPDX-License-Identifier: MIT
#include "backends/curl_ftp.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "backends/curl_ftp_request.hpp"
#include "backends/curl_ftp_transfer.hpp"
#include "backends/ftp_pipe.hpp"
#include "backends/http_target.hpp"

namespace sim800 {
namespace {

class CurlFtpSession final : public FtpSession {
 public:
  CurlFtpSession(asio::io_context& loop, RadioLink& link, FtpRequest request, FtpEvents events);

  bool awaits_connection() const override { return pipe_ && pipe_->awaits_connection(); }
  std::string_view readable() const override { return std::string_view(received_).substr(consumed_); }
  void consume(std::size_t count) override;
  std::size_t room() const override { return pipe_ ? pipe_->room() : 0; }
  void write(std::string_view bytes) override;
  void finish() override;
  std::uint64_t sent() const override { return pipe_ ? pipe_->sent() : 0; }

 private:
  void find_way(RadioLink& link);
  void connect(const Route& route);
  void tell();
  void end(FtpOutcome outcome);
  void fail(int code) { end({code, 0}); }

  asio::io_context& loop_;
  FtpRequest request_;
  std::shared_ptr<FtpEvents> events_;  // shared with the event that is being told, as it may destroy the session
  std::string url_;
  std::string received_;
  std::size_t consumed_ = 0;  // of received_
  bool finished_ = false;     // maybe before there was a pipe: a file of no bytes
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::unique_ptr<Lookup> lookup_;
  // The loop does not run dry while the other thread works.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::optional<FtpPipe> pipe_;
  std::optional<CurlFtpTransfer> transfer_;  // ends first: it uses the pipe
};

CurlFtpSession::CurlFtpSession(asio::io_context& loop, RadioLink& link, FtpRequest request, FtpEvents events)
    : loop_(loop), request_(std::move(request)), events_(std::make_shared<FtpEvents>(std::move(events))) {
  // libcurl 7.87 and 7.88 leave an active data connection in clear (curl's pull request 10669).
  if (request_.tls != FtpTls::off) request_.passive = true;
  const auto target = make_http_target(false, request_.host, request_.port, "/");
  const bool sendable = can_be_sent(request_);
  if (target && sendable) {
    const char* const scheme = request_.tls == FtpTls::implicit ? "ftps://" : "ftp://";
    url_ = scheme + host_and_port(target->host, target->port) + "/";
    find_way(link);
    return;
  }
  asio::post(loop_, [this, alive = std::weak_ptr(alive_), sendable] {
    if (!alive.expired()) fail(sendable ? ftp_code::dns_error : ftp_code::operate_error);
  });
}

void CurlFtpSession::find_way(RadioLink& link) {
  lookup_ = link.route(request_.host, request_.port, [this](const Route& route) {
    switch (route.kind) {
      case Route::Kind::reachable: return connect(route);
      case Route::Kind::unresolvable: return fail(ftp_code::dns_error);
      case Route::Kind::unreachable:
      case Route::Kind::refused: return fail(ftp_code::connect_error);
      case Route::Kind::black_hole: return;
    }
  });
}

void CurlFtpSession::connect(const Route& route) {
  work_.emplace(loop_.get_executor());
  try {
    pipe_.emplace([this, &loop = loop_, alive = std::weak_ptr(alive_)] {
      asio::post(loop, [this, alive] {
        if (!alive.expired()) tell();
      });
    });
    if (finished_) pipe_->finish();
    transfer_.emplace(std::move(request_), std::move(url_), route, *pipe_);
  } catch (const std::exception&) {  // no descriptor, no thread, no memory to be had
    fail(ftp_code::connect_error);
  }
}

// Each event may destroy the session.
void CurlFtpSession::tell() {
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
  work_.reset();
  const auto events = events_;
  if (events->done) events->done(outcome);
}

class CurlFtpClient final : public FtpClient {
 public:
  CurlFtpClient(asio::io_context& loop, RadioLink& link) : loop_(loop), link_(link) {}

  std::unique_ptr<FtpSession> start(FtpRequest request, FtpEvents events) override {
    return std::make_unique<CurlFtpSession>(loop_, link_, std::move(request), std::move(events));
  }

 private:
  asio::io_context& loop_;
  RadioLink& link_;
};

}  // namespace

std::unique_ptr<FtpClient> make_curl_ftp_client(asio::io_context& loop, RadioLink& link) {
  return std::make_unique<CurlFtpClient>(loop, link);
}

}  // namespace sim800
