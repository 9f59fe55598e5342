// A TCP connection of the socket commands, TLS within it where asked for.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
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

namespace sim800 {

/// The system's own buffers can take megabytes: nobody would notice that the module's 2920 bytes are full.
constexpr int tcp_socket_buffer = 32 * 1024;

/// The connection itself, which outlives its Socket as long as something that was sent has to go out.
class TcpStream : public std::enable_shared_from_this<TcpStream> {
 public:
  using tcp = asio::ip::tcp;

  TcpStream(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> news);
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  void connect(SocketRequest request);
  void take(tcp::socket accepted);
  /// The Socket is gone.
  void abandon();

  const SocketAddress& peer() const { return peer_; }
  std::string_view readable() const { return in_; }
  void consume(std::size_t count);
  std::size_t room() const;
  void send(std::string_view bytes);
  std::uint64_t acknowledged() const { return acknowledged_; }
  void finish();

 private:
  // On the way to the server (asio_socket_tcp.cpp):
  void pass(Phase phase, std::function<void()> next);
  void watch(std::unique_ptr<TransferWatch> watch);
  void obey(const Verdict& verdict);
  void find_way();
  void set_out(const Route& route);
  void set_out_by_relay(const Route& route);
  void set_out_directly(const Route& route);
  void connect_to(const tcp::endpoint& there);
  void reached();
  void keep_alive(const KeepAlive& probes);
  void shake_hands();
  void establish();
  void fail(SocketError why);
  void cut(Verdict::Cut how);
  void close();

  // What goes over it (asio_socket_tcp_flow.cpp):
  void pump();
  void pump_and_tell();
  void pump_later();
  bool may_move(Direction direction);
  void write();
  bool write_one();
  bool flush();
  void write_end();
  void read();
  void tell_end();
  bool fill();
  bool fill_by_tls();
  std::size_t read_some(char* buffer, std::size_t room);
  void wait_for_more();
  void look_past_full_queue_later();
  void look_past_full_queue();
  void watch_for_reset();
  void wait(tcp::socket::wait_type event, bool& waiting);
  bool all_written() const { return out_.empty() && raw_.empty(); }

  // What the peer has acknowledged (asio_socket_tcp_acks.cpp):
  void look_at_acknowledged();
  std::uint64_t raw_acknowledged();
  void look_soon();
  void look_again();

  bool part();
  void part_later();

  std::shared_ptr<SocketShared> shared_;
  std::shared_ptr<SocketEventQueue> events_;
  SocketRequest request_;
  SocketAddress peer_;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Relay> relay_;        // null: the connection is a direct one
  std::unique_ptr<TransferGate> gate_;  // null: no fault has anything to do with it
  std::unique_ptr<TlsClient> tls_;      // null: plain
  tcp::socket socket_;

  enum class State : std::uint8_t { connecting, shaking_hands, open, over };
  State state_ = State::connecting;

  std::string in_;      // readable
  std::string staged_;  // read, and not yet let through by the gate
  std::uint64_t received_ = 0;
  std::optional<SocketError> source_end_;  // nothing more comes from the peer: why
  bool closed_told_ = false;

  std::string out_;  // plain, still to be written
  std::string raw_;  // as it goes over the connection, still to be written
  std::uint64_t sent_ = 0, raw_sent_ = 0;
  bool finishing_ = false, end_written_ = false, broken_ = false;

  struct Mark {
    std::uint64_t raw, plain;
  };
  std::deque<Mark> marks_;  // once so many raw bytes are acknowledged, so many plain ones are
  struct Arrival {
    TimePoint due;
    std::uint64_t plain;
  };
  std::deque<Arrival> arrivals_;  // acknowledgements on their way back through the link
  std::uint64_t acknowledged_ = 0;
  asio::steady_timer look_;
  std::chrono::milliseconds look_interval_{1};
  bool looking_ = false;

  asio::steady_timer look_past_;
  bool look_past_later_ = false;
  bool pumping_later_ = false, turning_ = false, again_ = false;
  bool waiting_to_read_ = false, waiting_to_write_ = false, watching_ = false;
  bool abandoned_ = false;
  Timer farewell_;
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
