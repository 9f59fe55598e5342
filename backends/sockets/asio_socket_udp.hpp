// UDP of the socket commands: datagrams to one address, from there or from anywhere.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/udp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "backends/link/link_path.hpp"
#include "backends/link/transfer_gate.hpp"
#include "backends/sockets/asio_socket_shared.hpp"
#include "emulator/core/chance.hpp"

namespace sim800 {

class UdpFlow : public std::enable_shared_from_this<UdpFlow> {
 public:
  using udp = asio::ip::udp;

  UdpFlow(std::shared_ptr<SocketShared> shared, std::shared_ptr<SocketEventQueue> events, SocketRequest request,
          std::unique_ptr<TransferWatch> watch);
  UdpFlow(const UdpFlow&) = delete;
  UdpFlow& operator=(const UdpFlow&) = delete;

  void open();
  void abandon();

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
  /// One direction: what is on its way through the link.
  struct Lane {
    LinkPath path;
    std::deque<Datagram> datagrams{};
    std::size_t bytes = 0;
    Timer timer{};
    std::uint32_t lost_together = 0;  // still to be lost of a burst
    /// The radio loses the next datagram.
    bool loses(const LinkModel& link);
    Chance chance;
  };

  bool end_by_fault(const Verdict& verdict);
  void find_way(std::function<void()> next);
  void bind();
  void fail(SocketError why);
  void end(SocketError why);
  bool free() const { return open_ && !gate_.held(); }

  static void set_out(Lane& lane, Datagram datagram);
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
  SocketAddress peer_;  // as shown to firmware
  std::unique_ptr<Lookup> lookup_;
  TransferGate gate_;
  udp::socket socket_;
  Lane up_, down_;
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
