// What all endpoints share: moving bytes between file descriptors and the user of the port.
// SPDX-License-Identifier: MIT
#include "backends/endpoints/stream_endpoint.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <cerrno>
#include <utility>

namespace sim800 {

namespace {

bool is_socket(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

/// What is written goes at once. A peer whose machine or network has vanished says so by no FIN: after a minute the
/// system gives it up. A unix socket knows none of this.
void set_up(int socket) {
  const int on = 1, idle = 30, interval = 10, count = 3;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

bool passing(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

StreamEndpoint::StreamEndpoint(asio::io_context& loop, std::string name)
    : loop_(loop),
      name_(std::move(name)),
      input_(loop),
      output_(loop),
      life_(std::make_shared<char>()),
      wire_life_(std::make_shared<char>()) {}

void StreamEndpoint::open_wire(int input, int output) {
  wire_life_ = std::make_shared<char>();
  input_.assign(input);
  if (output != input) output_.assign(output);
  input_is_socket_ = is_socket(input);
  output_is_socket_ = is_socket(output);
  input_over_ = output_over_ = false;
}

void StreamEndpoint::serve(int socket) {
  wire_life_ = std::make_shared<char>();
  set_up(socket);
  socket_.emplace(SocketInput{.socket = Socket(loop_, {AF_INET, IPPROTO_TCP}, socket)});
  input_is_socket_ = output_is_socket_ = true;
  input_over_ = output_over_ = false;
  set_limit(kept_for_client);
  const std::weak_ptr<void> watch = life();
  user()->client_arrived();
  if (watch.expired()) return;
  await_input();
  await_output();
}

void StreamEndpoint::close_wire() {
  wire_life_ = std::make_shared<char>();
  socket_.reset();
  asio::error_code ignored;
  input_.close(ignored);
  output_.close(ignored);
  awaiting_input_ = awaiting_output_ = false;
  input_over_ = output_over_ = true;
}

void StreamEndpoint::forget_output_wait() {
  wire_life_ = std::make_shared<char>();
  input_.assign(input_.release());
  awaiting_input_ = awaiting_output_ = false;
  await_input();
}

void StreamEndpoint::attach(PortUser& user) {
  user_ = &user;
  attached();
  await_input();
  await_output();
}

// Waiting for readiness and then reading leaves the descriptor's flags alone and accepts regular files.
void StreamEndpoint::await_input() {
  if (awaiting_input_ || input_over_ || user_ == nullptr || !user_->wants_input()) return;
  awaiting_input_ = true;
  if (socket_) return read_socket();
  input_.async_wait(Descriptor::wait_read, guarded(wire_life_, [this] {
                      awaiting_input_ = false;
                      input_ready();
                    }));
}

void StreamEndpoint::read_socket() {
  if (socket_->count > 0 || socket_->ended) {  // it was not wanted when it came
    asio::post(loop_, guarded(wire_life_, [this] {
                 awaiting_input_ = false;
                 input_ready();
               }));
    return;
  }
  socket_->socket.async_read_some(asio::buffer(socket_->bytes),
                                  [this, watch = std::weak_ptr(wire_life_)](asio::error_code error, std::size_t count) {
                                    if (watch.expired() || error == asio::error::operation_aborted) return;
                                    awaiting_input_ = false;
                                    socket_->count = count;
                                    socket_->ended = static_cast<bool>(error);
                                    socket_->more = count == socket_->bytes.size();
                                    input_ready();
                                  });
}

void StreamEndpoint::input_ready() {
  if (!user_->wants_input()) return;
  switch (take_input()) {
    case Input::some:
      if (socket_ && !awaiting_input_ && std::exchange(socket_->more, false)) return input_ready();
      return await_input();
    case Input::none: return await_input();
    case Input::ended: return input_ended();
    case Input::gone: return;
  }
}

StreamEndpoint::Input StreamEndpoint::take_input() {
  if (socket_ && (socket_->count > 0 || socket_->ended)) return take_read();
  std::array<char, 16384> buffer;
  const ssize_t count = input_is_socket_ ? recv(wire(), buffer.data(), buffer.size(), MSG_DONTWAIT)
                                         : read(wire(), buffer.data(), buffer.size());
  if (count > 0) return deliver({buffer.data(), static_cast<std::size_t>(count)});
  if (count < 0 && passing(errno)) return Input::none;
  input_over_ = true;
  return Input::ended;
}

StreamEndpoint::Input StreamEndpoint::take_read() {
  if (socket_->count == 0) {
    input_over_ = true;
    return Input::ended;
  }
  // A copy: the next read may begin while these bytes are looked at.
  const std::array<char, 256> bytes = socket_->bytes;
  return deliver({bytes.data(), std::exchange(socket_->count, 0)});
}

StreamEndpoint::Input StreamEndpoint::deliver(std::string_view bytes) {
  const std::weak_ptr<void> watch = life_;
  user_->receive(bytes);
  return watch.expired() ? Input::gone : Input::some;
}

void StreamEndpoint::send(std::string_view bytes) {
  if (queue_.size() == 0 && !keep_sent_) bytes.remove_prefix(write_some(bytes));
  if (bytes.empty()) return;
  queue_.push(bytes);
  drop_overflow();
  congested_ = congested_ || unsent() >= congested_at;
  await_output();
}

std::size_t StreamEndpoint::write_some(std::string_view bytes) {
  if (output_over_ || user_ == nullptr) return 0;
  const int descriptor = socket_ ? wire() : output().native_handle();
  const ssize_t count = output_is_socket_ ? ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                          : write(descriptor, bytes.data(), bytes.size());
  if (count >= 0) {
    written_ += static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
  }
  if (passing(errno)) return 0;
  output_over_ = true;
  output_failed();
  return 0;
}

void StreamEndpoint::await_output() {
  if (awaiting_output_ || output_over_ || user_ == nullptr || unsent() == 0) return;
  awaiting_output_ = true;
  auto writable = guarded(wire_life_, [this] {
    awaiting_output_ = false;
    write_queue();
  });
  socket_ ? socket_->socket.async_wait(Socket::wait_write, std::move(writable))
          : output().async_wait(Descriptor::wait_write, std::move(writable));
}

void StreamEndpoint::await_wire_error(std::function<void()> failed) {
  auto then = guarded(wire_life_, std::move(failed));
  socket_ ? socket_->socket.async_wait(Socket::wait_error, std::move(then))
          : input_.async_wait(Descriptor::wait_error, std::move(then));
}

void StreamEndpoint::write_queue() {
  // Only once: the rest has to wait for the reader.
  queue_.sent(write_some(queue_.unsent()));
  queue_.confirm(in_flight());
  await_output();
  if (congested_ && unsent() < congested_at) {
    congested_ = false;
    const std::weak_ptr<void> watch = life_;
    user_->drained();
    if (watch.expired()) return;
  }
  if (unsent() > 0) return;
  if (lost_ > 0) spdlog::warn("{}: {} bytes of output were lost", name_, std::exchange(lost_, 0));
  output_flushed();
}

void StreamEndpoint::set_limit(std::size_t limit) {
  const bool less = limit < std::exchange(limit_, limit);
  drop_overflow();
  if (!less || !congested_ || unsent() > congested_at) return;
  // Not from here: the caller may be within send().
  asio::post(loop_, guarded(life_, [this] {
               if (user_ != nullptr) user_->drained();
             }));
}

void StreamEndpoint::forget_unread() {
  if (limit_ == kept_for_nobody) queue_.trim(0);
}

void StreamEndpoint::drop_overflow() {
  const std::size_t lost = queue_.trim(limit_);
  if (lost == 0) return;
  if (lost_ == 0) spdlog::warn("{}: output is not being read: keeping only the last {} bytes", name_, limit_);
  lost_ += lost;
  if (user_ != nullptr) user_->output_lost(lost);
}

}  // namespace sim800
