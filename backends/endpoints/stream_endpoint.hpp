// What all endpoints share: moving bytes between file descriptors and the user of the port.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/error.hpp>
#include <asio/error_code.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/output_queue.hpp"

namespace sim800 {

/// A handler that does nothing once `token` is gone or cancelled, so that its object may be destroyed at any time.
template <typename Function>
auto guarded(const std::shared_ptr<void>& token, Function function) {
  return [watch = std::weak_ptr<void>(token), function = std::move(function)](asio::error_code error = {}) {
    // "Not supported" is the answer for regular files, which epoll refuses: they are always ready.
    if (!watch.expired() && error != asio::error::operation_aborted) function();
  };
}

/// Reads while the user wants input and writes as the descriptor accepts it; derived classes tell when clients come and
/// go.
class StreamEndpoint : public Endpoint {
 public:
  /// Unsent bytes kept for a client that is present; above that the oldest are dropped.
  static constexpr std::size_t kept_for_client = std::size_t{1024} * 1024;
  /// The same while no client is present.
  static constexpr std::size_t kept_for_nobody = std::size_t{64} * 1024;

  void attach(PortUser& user) final;
  void send(std::string_view bytes) final;
  std::size_t unsent() const final { return queue_.size(); }
  void input_wanted() override { await_input(); }
  void forget_unread() override;
  std::string name() const final { return name_; }

 protected:
  using Descriptor = asio::posix::stream_descriptor;
  enum class Input { some, none, ended, gone };

  StreamEndpoint(asio::io_context& loop, std::string name);

  // For derived classes. All except output_failed() are called from the loop, never inside send().
  virtual void attached() {}
  virtual void input_ready();
  /// End of input or a read error; nothing is read any more.
  virtual void input_ended() = 0;
  virtual void output_flushed() {}
  /// How many of the last written bytes the host has not confirmed, if sent bytes are kept.
  virtual std::size_t in_flight() { return 0; }
  /// A write failed for good; nothing is written any more.
  virtual void output_failed() { set_limit(kept_for_nobody); }

  /// Takes over descriptors (the same one twice for a bidirectional one).
  void open_wire(int input, int output);
  /// Takes over the socket of a client that has come, which no other process has. This may be gone afterwards.
  void serve(int socket);
  /// Closes them; what is queued stays.
  void close_wire();
  /// After a wait for output asio is woken whenever the descriptor becomes writable, for good; this ends it.
  void forget_output_wait();
  void await_input();
  void await_output();
  /// Reads once and delivers; Input::gone if the user destroyed this endpoint meanwhile.
  Input take_input();
  /// Sets how many unsent bytes are kept, and drops any excess.  With kept_for_nobody the channel goes on, however long
  /// nobody reads.
  void set_limit(std::size_t limit);
  /// Bytes that a client has taken so far, or its system for it.
  std::uint64_t written() const { return written_; }
  /// From now on sent bytes stay in the queue until they are confirmed.
  void keep_sent(bool keep) { keep_sent_ = keep; }

  PortUser* user() const { return user_; }
  asio::io_context& loop() const { return loop_; }
  OutputQueue& queue() { return queue_; }
  int wire() { return socket_ ? socket_->socket.native_handle() : input_.native_handle(); }
  void await_wire_error(std::function<void()> failed);
  bool output_over() const { return output_over_; }
  /// Lives as long as this endpoint.
  const std::shared_ptr<void>& life() const { return life_; }
  /// Lives as long as what open_wire() opened.
  const std::shared_ptr<void>& wire_life() const { return wire_life_; }

 private:
  using Socket = asio::generic::stream_protocol::socket;
  /// What asio reads from a socket for a command costs one system call less than waiting and reading.  More than a
  /// command is read as from anything else.
  struct SocketInput {
    Socket socket;
    std::array<char, 256> bytes{};
    std::size_t count = 0;  ///< read and not delivered
    bool ended = false;     ///< and so is this
    bool more = false;      ///< there may be more bytes than were read
  };

  Descriptor& output() { return output_.is_open() ? output_ : input_; }
  void read_socket();
  Input take_read();
  Input deliver(std::string_view bytes);
  std::size_t write_some(std::string_view bytes);
  void write_queue();
  void drop_overflow();

  asio::io_context& loop_;
  std::string name_;
  PortUser* user_ = nullptr;
  Descriptor input_, output_;
  std::optional<SocketInput> socket_;  ///< instead of these
  std::shared_ptr<void> life_, wire_life_;
  OutputQueue queue_;
  std::size_t limit_ = kept_for_nobody;
  std::size_t lost_ = 0;  // since the queue was last empty
  std::uint64_t written_ = 0;
  bool input_is_socket_ = false, output_is_socket_ = false;
  bool awaiting_input_ = false, awaiting_output_ = false;
  bool input_over_ = true, output_over_ = true;
  bool congested_ = false;  // so much was unsent that drained() will be due
  bool keep_sent_ = false;
};

}  // namespace sim800
