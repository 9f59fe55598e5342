// A TCP connection of the socket commands, TLS within it where asked for.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/cancellation_signal.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/link/relay.hpp"
#include "backends/link/transfer_gate.hpp"
#include "backends/sockets/asio_socket_shared.hpp"
#include "backends/sockets/asio_socket_tls.hpp"

namespace sim800 {

/// The connection itself, which outlives its Socket as long as something that was sent has to go out.  The handlers of
/// what is under way own it, as asio's TLS uses it to the end.
class TcpStream : public std::enable_shared_from_this<TcpStream> {
 public:
  using tcp = asio::ip::tcp;

  TcpStream(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> events, SocketRequest request = {},
            std::unique_ptr<TransferWatch> watch = nullptr);
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  void connect();
  void take(tcp::socket accepted);
  /// The Socket is gone.
  void abandon();
  void close();

  const SocketAddress& peer() const { return peer_; }
  std::string_view readable() const { return in_; }
  void consume(std::size_t count);
  std::size_t room() const;
  void send(std::string_view bytes);
  std::uint64_t acknowledged() const { return acknowledged_; }
  void finish();

 private:
  // On the way to the server (asio_socket_tcp.cpp):
  bool end_by_fault(const Verdict& verdict);
  void find_way();
  void set_out(const Route& route);
  void set_out_by_relay(const Route& route);
  void go_through(std::unique_ptr<Relay> relay);
  void enter_relay(std::error_code error, std::uint16_t port);
  void connect_to(const tcp::endpoint& there);
  void reached();
  void keep_alive(const KeepAlive& probes);
  void shake_hands();
  void establish();
  void fail(SocketError why);

  // What goes over it (asio_socket_tcp_flow.cpp):
  void step_later();
  void step();
  void write();
  void written(std::error_code error, std::size_t count);
  void write_end();
  void read();
  void was_read(std::error_code error, std::size_t count);
  void deliver();
  void watch_for_reset();
  bool lingered();

  // What the peer has acknowledged (asio_socket_tcp_acks.cpp):
  void look_at_acknowledged();
  std::uint64_t raw_acknowledged();
  std::uint64_t plain_acknowledged();
  void look_again_after(std::chrono::milliseconds interval);

  std::shared_ptr<SocketShared> shared_;
  std::shared_ptr<SocketEventQueue> events_;
  SocketRequest request_;
  SocketAddress peer_;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Relay> relay_;  // null: the connection is a direct one
  TransferGate gate_;
  tcp::socket socket_;
  std::unique_ptr<TlsStream> tls_;  // null: plain

  enum class State : std::uint8_t { connecting, shaking_hands, open, lingering, over };
  State state_ = State::connecting;
  enum class Sending : std::uint8_t { open, finishing, ended, broken };
  Sending sending_ = Sending::open;
  bool reading_ = false, writing_ = false;  // the one operation of each kind that may be under way
  bool step_scheduled_ = false;
  bool watching_for_reset_ = false;  // since the last read
  asio::cancellation_signal no_reset_watch_;

  std::string in_;  // readable
  std::array<char, Socket::window> read_buffer_;
  std::string_view read_;  // in read_buffer_, and not yet let through
  std::uint64_t received_ = 0;
  std::optional<SocketError> end_;  // nothing more comes from the peer: why

  std::string out_;  // still to be written; of constant capacity, as its bytes must not move while they are
  std::uint64_t sent_ = 0, raw_sent_ = 0;

  struct Mark {
    std::uint64_t raw, plain;
  };
  std::deque<Mark> marks_;  // with TLS: once so many raw bytes are acknowledged, so many plain ones are
  std::uint64_t acknowledged_ = 0;
  asio::steady_timer look_;
  Timer linger_timer_;
};

class TcpSocket final : public Socket {
 public:
  TcpSocket(const std::shared_ptr<SocketShared>& shared, SocketRequest request);
  TcpSocket(const std::shared_ptr<SocketShared>& shared, asio::ip::tcp::socket accepted);
  ~TcpSocket() override;
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  SocketAddress peer() const override { return stream_->peer(); }
  std::string_view readable() const override { return stream_->readable(); }
  std::size_t waiting() const override { return stream_->readable().size(); }
  SocketAddress source() const override { return stream_->peer(); }
  void consume(std::size_t count) override { stream_->consume(count); }
  std::size_t room() const override { return stream_->room(); }
  void send(std::string_view bytes) override { stream_->send(bytes); }
  std::uint64_t acknowledged() const override { return stream_->acknowledged(); }
  void finish() override { stream_->finish(); }
  void take_all(bool) override {}
  void redirect(const SocketAddress&) override {}

 private:
  std::shared_ptr<SocketEventQueue> events_;
  std::shared_ptr<TcpStream> stream_;
};

}  // namespace sim800
