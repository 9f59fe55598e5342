// TcpStream: bytes in both directions, no more than there is room for, and up to where a fault wants to be asked.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "backends/sockets/asio_socket_tcp.hpp"

namespace sim800 {
namespace {

constexpr std::size_t window = Socket::window;
constexpr std::chrono::milliseconds patience{10};
// An owner that takes everything at once does not keep the rest of the program waiting for longer.
constexpr int max_turns = 16;

std::size_t up_to(std::uint64_t limit, std::uint64_t done, std::size_t count) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, limit - std::min(limit, done)));
}

bool would_block(const std::error_code& error) {
  return error == asio::error::would_block || error == asio::error::interrupted;
}

}  // namespace

void TcpStream::consume(std::size_t count) {
  in_.erase(0, count);
  pump_later();
}

std::size_t TcpStream::room() const {
  const bool takes = state_ == State::open && !finishing_ && !broken_ && !closed_told_;
  return takes ? window - std::min(window, out_.size()) : 0;
}

void TcpStream::send(std::string_view bytes) {
  out_.append(bytes.substr(0, room()));
  pump_later();
}

void TcpStream::finish() {
  finishing_ = true;
  pump_later();
}

void TcpStream::pump_later() {
  again_ = turning_;
  if (turning_) return;
  if (std::exchange(pumping_later_, true)) return;
  asio::post(shared_->loop, [waiting = weak_from_this()] {
    const auto self = waiting.lock();
    if (!self) return;
    self->pumping_later_ = false;
    self->pump_and_tell();
  });
}

// From the loop, not from a call of the owner's.
void TcpStream::pump_and_tell() {
  const auto self = shared_from_this();
  turning_ = true;
  for (int turn = 0; turn < max_turns; ++turn) {
    again_ = false;
    events_->gather();
    pump();
    events_->tell_now();
    if (!again_) break;
  }
  turning_ = false;
  if (std::exchange(again_, false)) pump_later();
}

void TcpStream::pump() {
  const auto self = shared_from_this();
  if (state_ == State::shaking_hands) return shake_hands();
  if (state_ != State::open) return;
  write();
  if (state_ == State::open && !abandoned_) read();
  if (state_ != State::open) return;
  if (!abandoned_) return wait_for_more();
  if (part()) {
    close();
    part_later();
  }
}

void TcpStream::shake_hands() {
  while (tls_) {
    const auto step = tls_->handshake();
    raw_ += tls_->take();
    flush();
    if (step == TlsClient::Step::failed) return fail(SocketError::tls);
    if (step == TlsClient::Step::done) return establish();
    std::array<char, 4096> buffer;
    const std::size_t count = read_some(buffer.data(), buffer.size());
    if (count == 0 && source_end_) return fail(SocketError::tls);
    if (count == 0) return wait(tcp::socket::wait_read, waiting_to_read_);
    tls_->feed({buffer.data(), count});
  }
}

// False: not now.  Asks on the way whether a fault has something against it, and the stream may be over then.
bool TcpStream::may_move(Direction direction) {
  if (!gate_) return true;
  const auto ask = [this](const Verdict& verdict) { obey(verdict); };
  const auto free = [this] { return state_ == State::open && gate_ && !gate_->held(); };
  if (!free()) return false;
  if (!gate_->reached(Phase::data)) gate_->reach(Phase::data, ask);
  const std::uint64_t total = direction == Direction::up ? sent_ : received_;
  if (free() && total > 0 && total >= gate_->stop(direction)) gate_->moved(direction, total, ask);
  if (!free()) return false;
  if (total < gate_->limit()) return true;
  cut(Verdict::Cut::close);
  return false;
}

void TcpStream::write() {
  const auto sent_before = sent_;
  while (write_one()) {
  }
  if (state_ != State::open) return;
  if (finishing_ && out_.empty() && !end_written_) write_end();
  if (sent_ > sent_before) {
    events_->changed();
    look_soon();
  }
  if (broken_) {
    // What the peer sent before it broke off is read first.
    if (!abandoned_) read();
    if (!source_end_) source_end_ = SocketError::reset;
  }
  look_at_acknowledged();
}

// False: no more for now.
bool TcpStream::write_one() {
  if (!flush() || out_.empty()) return false;
  if (!may_move(Direction::up)) return false;
  std::size_t count = out_.size();
  if (gate_) count = up_to(std::min(gate_->stop(Direction::up), gate_->limit()), sent_, count);
  if (tls_) {
    count = tls_->write(std::string_view(out_).substr(0, count));
    raw_ = tls_->take();
  } else {
    raw_ = out_.substr(0, count);
  }
  if (count == 0) return false;
  out_.erase(0, count);
  sent_ += count;
  marks_.push_back({raw_sent_ + raw_.size(), sent_});
  flush();
  if (gate_ && sent_ >= std::min(gate_->stop(Direction::up), gate_->limit())) may_move(Direction::up);
  return state_ == State::open;
}

// True: nothing is left.
bool TcpStream::flush() {
  while (!raw_.empty()) {
    if (waiting_to_write_) return false;
    std::error_code error;
    const std::size_t count = socket_.write_some(asio::buffer(raw_), error);
    if (would_block(error)) {
      wait(tcp::socket::wait_write, waiting_to_write_);
      return false;
    }
    if (error) {
      broken_ = true;
      out_.clear();
      raw_.clear();
      return true;
    }
    raw_.erase(0, count);
    raw_sent_ += count;
  }
  return true;
}

// FIN, behind the farewell of TLS.
void TcpStream::write_end() {
  end_written_ = true;
  if (tls_) {
    tls_->finish();
    raw_ += tls_->take();
    flush();
  }
  std::error_code ignored;
  // The farewell is a few bytes; where even they find no room, the connection is beyond good manners.
  raw_.clear();
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpStream::read() {
  look_at_acknowledged();  // what the peer says now may be its answer to what it has acknowledged
  while (state_ == State::open) {
    if (staged_.empty() && !fill()) break;
    if (!may_move(Direction::down)) return;
    std::size_t count = staged_.size();
    if (gate_) count = up_to(std::min(gate_->stop(Direction::down), gate_->limit()), received_, count);
    in_.append(staged_, 0, count);
    staged_.erase(0, count);
    received_ += count;
    events_->changed();
    if (gate_ && received_ >= std::min(gate_->stop(Direction::down), gate_->limit())) may_move(Direction::down);
  }
  tell_end();
}

// Once all that came before it has been let through.
void TcpStream::tell_end() {
  if (state_ != State::open || !source_end_ || !staged_.empty() || (gate_ && gate_->held())) return;
  const bool more_within = tls_ && tls_->ended() == TlsClient::End::none && *source_end_ == SocketError::none;
  if (more_within || std::exchange(closed_told_, true)) return;
  events_->closed(*source_end_);
}

// Takes what there is room for; false: nothing.
bool TcpStream::fill() {
  const std::size_t room = window - std::min(window, in_.size());
  if (room == 0) return false;
  if (tls_) return fill_by_tls();
  std::array<char, window> buffer;
  staged_.assign(buffer.data(), read_some(buffer.data(), room));
  return !staged_.empty();
}

bool TcpStream::fill_by_tls() {
  std::array<char, window> plain;
  std::array<char, 4096> raw;
  for (;;) {
    const std::size_t count = tls_->read(plain.data(), window - in_.size());
    if (count > 0) {
      staged_.assign(plain.data(), count);
      return true;
    }
    if (const std::string answer = tls_->take(); !answer.empty()) {
      raw_ += answer;
      flush();
    }
    if (tls_->ended() != TlsClient::End::none) {
      if (!source_end_) source_end_ = tls_->ended() == TlsClient::End::closed ? SocketError::none : SocketError::reset;
      return false;
    }
    const std::size_t more = read_some(raw.data(), raw.size());
    if (more > 0) {
      tls_->feed({raw.data(), more});
    } else if (source_end_ && *source_end_ == SocketError::none) {
      tls_->feed_end();
    } else {
      return false;
    }
  }
}

// 0: nothing there, or it has come to an end.
std::size_t TcpStream::read_some(char* buffer, std::size_t room) {
  if (source_end_ == SocketError::none || waiting_to_read_) return 0;
  std::error_code error;
  const std::size_t count = socket_.read_some(asio::buffer(buffer, room), error);
  if (error && !would_block(error) && !source_end_) {
    source_end_ = error == asio::error::eof ? SocketError::none : SocketError::reset;
  }
  return count;
}

void TcpStream::wait_for_more() {
  watch_for_reset();
  if (source_end_ || waiting_to_read_ || (gate_ && gate_->held())) return;
  if (in_.size() < window) return wait(tcp::socket::wait_read, waiting_to_read_);
  if (!tls_ && !look_past_later_) look_past_full_queue_later();
}

// A queue that is full because its owner is slower than the peer, which is most of the time, is not worth a call.
void TcpStream::look_past_full_queue_later() {
  look_past_later_ = true;
  look_past_.expires_after(patience);
  look_past_.async_wait([waiting = weak_from_this()](std::error_code error) {
    const auto self = waiting.lock();
    if (!self || error) return;
    self->look_past_later_ = false;
    const bool full = self->in_.size() >= window && !self->source_end_ && !self->waiting_to_read_;
    if (self->state_ == State::open && !self->abandoned_ && full) self->look_past_full_queue();
  });
}

// There is no room, but if nothing waits behind it FIN can still be seen.
void TcpStream::look_past_full_queue() {
  char next = 0;
  std::error_code error;
  const std::size_t count = socket_.receive(asio::buffer(&next, 1), asio::socket_base::message_peek, error);
  if (count > 0) return;
  if (would_block(error)) return wait(tcp::socket::wait_read, waiting_to_read_);
  source_end_ = error == asio::error::eof ? SocketError::none : SocketError::reset;
  pump_later();
}

// Also where nothing is read, as there is no room.
void TcpStream::watch_for_reset() {
  if (std::exchange(watching_, true)) return;
  socket_.async_wait(tcp::socket::wait_error, [waiting = weak_from_this()](std::error_code problem) {
    const auto self = waiting.lock();
    if (!self || problem || self->state_ != State::open) return;
    self->waiting_to_read_ = false;
    self->pump();
    if (self->state_ != State::open) return;
    asio::detail::socket_option::integer<SOL_SOCKET, SO_ERROR> error;
    std::error_code ignored;
    self->socket_.get_option(error, ignored);
    if (error.value() == 0) return;
    self->broken_ = true;
    self->out_.clear();
    self->raw_.clear();
    self->source_end_ = SocketError::reset;
    self->pump();
  });
}

void TcpStream::wait(tcp::socket::wait_type event, bool& waiting) {
  if (std::exchange(waiting, true)) return;
  socket_.async_wait(event, [stream = weak_from_this(), &waiting](std::error_code error) {
    const auto self = stream.lock();
    if (!self) return;
    waiting = false;
    if (!error) self->pump_and_tell();
  });
}

}  // namespace sim800
