// UDP of the socket commands: datagrams to one place, from there or from anywhere.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/udp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "backends/link/transfer_gate.hpp"
#include "backends/sockets/asio_socket_shared.hpp"

namespace sim800 {

class UdpFlow : public std::enable_shared_from_this<UdpFlow> {
 public:
  using udp = asio::ip::udp;

  UdpFlow(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> news);
  UdpFlow(const UdpFlow&) = delete;
  UdpFlow& operator=(const UdpFlow&) = delete;

  void open(SocketRequest request);
  void abandon();
  void forget_faults() { gate_.reset(); }

  const SocketAddress& peer() const { return peer_; }
  std::string_view readable() const { return in_.empty() ? std::string_view() : std::string_view(in_.front().bytes); }
  std::size_t waiting() const { return waiting_; }
  SocketAddress source() const { return in_.empty() ? peer_ : in_.front().source; }
  void consume(std::size_t count);
  std::size_t room() const;
  void send(std::string_view bytes);
  std::uint64_t left() const { return sent_; }
  void finish();
  void take_all(bool on) { take_all_ = on; }
  void redirect(const SocketAddress& there);

 private:
  struct Datagram {
    std::string bytes;
    SocketAddress source;  // of one that comes
    TimePoint due;
  };
  /// One way through the link.
  struct Way {
    std::deque<Datagram> datagrams{};
    std::size_t bytes = 0;
    TimePoint line_free{};
    Timer timer{};
  };

  void pass(Phase phase, std::function<void()> next);
  void watch(std::unique_ptr<TransferWatch> watch);
  void obey(const Verdict& verdict);
  void find_way(std::function<void()> next);
  void bind();
  void fail(SocketError why);
  void end(SocketError why);
  bool may_move(Direction direction);
  bool free() const { return open_ && !(gate_ && gate_->held()); }

  void set_out(Way& way, Direction direction, Datagram datagram);
  void pump();
  void pump_later();
  void write();
  bool transmit(const std::string& bytes);
  void receive();
  void arrive();
  void lose(const char* why);

  std::shared_ptr<SocketShared> shared_;
  std::shared_ptr<SocketEventQueue> events_;
  SocketRequest request_;
  Route route_;         // where datagrams go
  SocketAddress peer_;  // as firmware sees it
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<TransferGate> gate_;  // null: no fault has anything to do with it
  udp::socket socket_;
  std::mt19937_64 chance_;
  Way up_, down_;
  std::deque<Datagram> in_;
  std::size_t waiting_ = 0;
  std::uint64_t sent_ = 0, received_ = 0;
  std::size_t lost_ = 0;
  bool open_ = false, over_ = false, redirecting_ = false, take_all_ = false;
  bool waiting_to_read_ = false, waiting_to_write_ = false, pumping_later_ = false;
};

class UdpSocket final : public Socket {
 public:
  UdpSocket(const std::shared_ptr<SocketShared>& shared, SocketRequest request);
  ~UdpSocket() override;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  SocketAddress peer() const override { return flow_->peer(); }
  std::string_view readable() const override { return flow_->readable(); }
  std::size_t waiting() const override { return flow_->waiting(); }
  SocketAddress source() const override { return flow_->source(); }
  void consume(std::size_t count) override { flow_->consume(count); }
  std::size_t room() const override { return flow_->room(); }
  void send(std::string_view bytes) override { flow_->send(bytes); }
  std::uint64_t acknowledged() const override { return flow_->left(); }
  void finish() override { flow_->finish(); }
  void take_all(bool on) override { flow_->take_all(on); }
  void redirect(const SocketAddress& there) override { flow_->redirect(there); }

 private:
  std::shared_ptr<SocketEventQueue> events_;
  std::shared_ptr<UdpFlow> flow_;
};

}  // namespace sim800
