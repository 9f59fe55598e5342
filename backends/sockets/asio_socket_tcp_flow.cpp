// TcpStream: bytes in both directions, no more than there is room for, and up to where a fault wants to be asked.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/post.hpp>
#include <asio/ssl/error.hpp>
#include <utility>

#include "backends/sockets/asio_socket_tcp.hpp"

namespace sim800 {
namespace {

constexpr std::size_t window = Socket::window;
constexpr std::chrono::milliseconds first_look{1};

}  // namespace

void TcpStream::consume(std::size_t count) {
  in_.erase(0, count);
  if (!read_.empty()) step_later();
}

std::size_t TcpStream::room() const {
  const bool takes = state_ == State::open && sending_ == Sending::open && !end_;
  // What the host has written when a fault acts is not to depend on the speed of this machine.
  const std::uint64_t given = sent_ + out_.size();
  if (!takes || given >= gate_.stop(Direction::up) || given >= gate_.limit()) return 0;
  return window - std::min(window, out_.size());
}

void TcpStream::send(std::string_view bytes) {
  out_.append(bytes.substr(0, room()));
  step_later();
}

void TcpStream::finish() {
  if (sending_ == Sending::open) sending_ = Sending::finishing;
  step_later();
}

void TcpStream::step_later() {
  if (std::exchange(step_scheduled_, true)) return;
  asio::post(shared_->loop, [waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (!self) return;
    self->step_scheduled_ = false;
    self->step();
  });
}

// Does what can be done now.  From the loop, not from a call of the owner's, who is told at the end.
void TcpStream::step() {
  const auto self = shared_from_this();
  events_->gather();
  look_at_acknowledged();  // what the peer says now may be its answer to what it has acknowledged
  write();
  deliver();
  read();
  // Nothing more comes after a reset, and what has found no room before it is gone.
  if (sending_ == Sending::broken && !reading_ && !end_ && !gate_.held()) {
    read_ = {};
    end_ = SocketError::reset;
  }
  // Once all that came before it has been let through.
  if (state_ == State::open && end_ && read_.empty() && !gate_.held()) events_->closed(*end_);
  if (state_ == State::lingering && lingered()) close();
  events_->tell_now();
  if (!reading_ && !step_scheduled_) watch_for_reset();
}

void TcpStream::write() {
  const bool open = state_ == State::open || state_ == State::lingering;
  if (!open || writing_ || sending_ == Sending::ended || sending_ == Sending::broken) return;
  if (out_.empty() && sending_ == Sending::finishing) return write_end();
  if (out_.empty() || !gate_.may_move(Direction::up, sent_)) return;
  writing_ = true;
  const auto bytes = asio::buffer(out_.data(), gate_.allowed(Direction::up, sent_, out_.size()));
  auto done = [self = shared_from_this()](std::error_code error, std::size_t count) { self->written(error, count); };
  if (tls_) return tls_->async_write_some(bytes, std::move(done));
  socket_.async_write_some(bytes, std::move(done));
}

void TcpStream::written(std::error_code error, std::size_t count) {
  writing_ = false;
  if (state_ == State::over) return;
  events_->gather();
  if (error) {
    sending_ = Sending::broken;
    out_.clear();
  } else {
    const std::string passed = gate_.wants_content() ? out_.substr(0, count) : std::string();
    out_.erase(0, count);
    sent_ += count;
    raw_sent_ = tls_ ? bytes_made(*tls_) : sent_;
    if (tls_) marks_.push_back({raw_sent_, sent_});
    events_->changed();
    gate_.passed(Direction::up, passed);
    gate_.may_move(Direction::up, sent_);
  }
  step();
  if (state_ != State::over && !relay_ && acknowledged_ < sent_) look_again_after(first_look);
}

// FIN, behind the farewell of TLS; where even that finds no room, the connection is past caring.
void TcpStream::write_end() {
  sending_ = Sending::ended;
  std::error_code ignored;
  if (tls_) {
    const std::string farewell = close_notify(*tls_);
    raw_sent_ += farewell.size();
    socket_.write_some(asio::buffer(farewell), ignored);
  }
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

// As much ahead of the owner as there is room for: so the end of the stream is seen however much waits for the owner.
void TcpStream::read() {
  if (state_ != State::open || reading_ || end_ || !read_.empty()) return;
  reading_ = true;
  if (std::exchange(watching_for_reset_, false)) no_reset_watch_.emit(asio::cancellation_type::terminal);
  auto done = [self = shared_from_this()](std::error_code error, std::size_t count) { self->was_read(error, count); };
  if (tls_) return tls_->async_read_some(asio::buffer(read_buffer_), std::move(done));
  socket_.async_read_some(asio::buffer(read_buffer_), std::move(done));
}

void TcpStream::was_read(std::error_code error, std::size_t count) {
  reading_ = false;
  if (state_ == State::over) return;
  read_ = {read_buffer_.data(), count};
  if (error) {
    // Servers that just close the TCP connection, without a word of TLS, are common.
    const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    end_ = closed && sending_ != Sending::broken ? SocketError::none : SocketError::reset;
  }
  step();
}

void TcpStream::deliver() {
  while (state_ == State::open && !read_.empty() && in_.size() < window && gate_.may_move(Direction::down, received_)) {
    const std::size_t count = gate_.allowed(Direction::down, received_, std::min(read_.size(), window - in_.size()));
    const std::string_view bytes = read_.substr(0, count);
    in_.append(bytes);
    read_.remove_prefix(count);
    received_ += count;
    events_->changed();
    gate_.passed(Direction::down, bytes);
    gate_.may_move(Direction::down, received_);
  }
}

// Where nothing is read, as there is no room: a read says so itself, and each would cost an epoll_ctl beside this.
void TcpStream::watch_for_reset() {
  const bool carries = state_ == State::open || state_ == State::lingering;
  if (!carries || sending_ == Sending::broken || std::exchange(watching_for_reset_, true)) return;
  auto seen = [self = shared_from_this()](std::error_code problem) {
    if (problem || (self->state_ != State::open && self->state_ != State::lingering)) return;
    asio::detail::socket_option::integer<SOL_SOCKET, SO_ERROR> error;
    std::error_code ignored;
    self->socket_.get_option(error, ignored);
    if (error.value() == 0) return;
    self->sending_ = Sending::broken;
    self->step();
  };
  socket_.async_wait(tcp::socket::wait_error, asio::bind_cancellation_slot(no_reset_watch_.slot(), std::move(seen)));
}

// True: that was all; the socket can be closed.  Closing it takes what has not been acknowledged with it where it is
// a reset, so that has to wait.
bool TcpStream::lingered() {
  const bool broken = sending_ == Sending::broken;
  if (!broken && (writing_ || !out_.empty())) return false;
  std::error_code error;
  const bool unread = !in_.empty() || !read_.empty() || socket_.available(error) > 0;
  if (!unread) {
    if (!broken && sending_ != Sending::ended) write_end();
    return true;
  }
  if (!broken && !relay_ && acknowledged_ < sent_) return false;
  socket_.set_option(asio::socket_base::linger(true, 0), error);
  return true;
}

}  // namespace sim800
