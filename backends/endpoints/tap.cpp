// SPDX-License-Identifier: MIT
#include "backends/endpoints/tap.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/endpoints/listening.hpp"
#include "backends/endpoints/serial_capture.hpp"
#include "backends/endpoints/stream_endpoint.hpp"

namespace sim800 {
namespace {

using serial_capture::Event;
using serial_capture::Packet;
using Socket = asio::generic::stream_protocol::socket;

/// What one sniffer still has to get.
class Sniffer {
 public:
  Sniffer(asio::io_context& loop, int socket, std::string header)
      : socket_(loop, {AF_INET, IPPROTO_TCP}, socket), waiting_(std::move(header)) {
    await_end();
    write();
  }

  bool gone() const { return gone_; }

  void add(const Packet& packet) {
    if (gone_) return;
    std::string text = lost_ == 0 ? std::string() : told_of_loss(packet);
    text += serial_capture::encoded(packet);
    if (waiting_.size() + under_way_.size() + text.size() > Tap::most_waiting) {
      if (lost_++ == 0) spdlog::warn("tap: a sniffer does not read: packets are left out");
      return;
    }
    if (lost_ > 0) spdlog::warn("tap: {} packets were left out", std::exchange(lost_, 0));
    waiting_ += text;
    write();
  }

 private:
  std::string told_of_loss(Packet at) const {
    at.event = Event::lost;
    at.bytes = {};
    at.lost = lost_;
    return serial_capture::encoded(at);
  }

  void write() {
    if (!under_way_.empty() || waiting_.empty()) return;
    under_way_ = std::exchange(waiting_, {});
    asio::async_write(socket_, asio::buffer(under_way_),
                      [this, watch = std::weak_ptr<void>(life_)](asio::error_code error, std::size_t) {
                        if (watch.expired()) return;
                        under_way_.clear();
                        error ? end() : write();
                      });
  }

  /// What it says is of no interest.
  void await_end() {
    socket_.async_read_some(asio::buffer(unused_),
                            [this, watch = std::weak_ptr<void>(life_)](asio::error_code error, std::size_t) {
                              if (!watch.expired()) error ? end() : await_end();
                            });
  }

  void end() {
    gone_ = true;
    asio::error_code ignored;
    socket_.close(ignored);
  }

  Socket socket_;
  std::string waiting_, under_way_;
  std::array<char, 256> unused_{};
  std::uint64_t lost_ = 0;
  bool gone_ = false;
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

class SnifferPort;

/// A line with a copy of what passes it.
class WatchedLine final : public Endpoint, PortUser {
 public:
  WatchedLine(SnifferPort& port, Endpoint& line, std::size_t index) : port_(port), line_(line), index_(index) {}

  void attach(PortUser& user) override {
    user_ = &user;
    line_.attach(*this);
  }
  std::string announcement() const override { return line_.announcement(); }
  std::string name() const override { return line_.name(); }
  void watch_framing() override { line_.watch_framing(); }
  void send(std::string_view bytes) override {
    copy(Event::from_module, bytes);
    line_.send(bytes);
  }
  std::size_t unsent() const override { return line_.unsent(); }
  void input_wanted() override { line_.input_wanted(); }
  void set_line(ModemLine line, bool on) override {
    moved(line, on);
    line_.set_line(line, on);
  }
  void set_framing(const Framing& framing) override { line_.set_framing(framing); }

 private:
  void receive(std::string_view bytes) override {
    copy(Event::to_module, bytes);
    user_->receive(bytes);
  }
  bool wants_input() const override { return user_->wants_input(); }
  void client_arrived() override { user_->client_arrived(); }
  void client_left() override { user_->client_left(); }
  void drained() override { user_->drained(); }
  void output_lost(std::size_t count) override { user_->output_lost(count); }
  void host_line(ModemLine line, bool on) override {
    moved(line, on);
    user_->host_line(line, on);
  }
  void host_framing(const Framing& framing) override { user_->host_framing(framing); }
  void host_break(bool on) override {
    if (on) copy(Event::broken, {});
    user_->host_break(on);
  }

  void moved(ModemLine line, bool on) {
    if (levels_.drive(line, on)) copy(Event::line_moved, {});
  }
  void copy(Event event, std::string_view bytes);

  SnifferPort& port_;
  Endpoint& line_;
  const std::size_t index_;
  PortUser* user_ = nullptr;
  LineLevels levels_;
};

class SnifferPort final : public Tap {
 public:
  SnifferPort(asio::io_context& loop, const std::string& address, Listening listening)
      : loop_(loop),
        address_(address),
        where_(listening.path.empty() ? listening.where : "unix:" + listening.path),
        path_(std::move(listening.path)),
        acceptor_(loop, listening.socket.release()),
        retry_(loop) {}
  ~SnifferPort() override {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  SnifferPort(const SnifferPort&) = delete;
  SnifferPort& operator=(const SnifferPort&) = delete;

  std::string announcement() const override { return "tap " + where_; }

  std::unique_ptr<Endpoint> watch(Endpoint& line) override {
    names_.push_back(line.name());
    return std::make_unique<WatchedLine>(*this, line, names_.size() - 1);
  }

  void start() override { await_sniffer(); }

  bool has_sniffers() const { return !sniffers_.empty(); }

  void copy(const Packet& packet) {
    std::erase_if(sniffers_, [](const auto& sniffer) { return sniffer->gone(); });
    for (const auto& sniffer : sniffers_) sniffer->add(packet);
  }

 private:
  void await_sniffer() {
    acceptor_.async_wait(asio::posix::stream_descriptor::wait_read, guarded(life_, [this] {
                           const bool taken = take_sniffer();
                           taken ? await_sniffer() : await_room();
                         }));
  }
  /// Without descriptors the connection stays to be taken: without a pause the loop would spin on it.
  void await_room() {
    retry_.expires_after(std::chrono::seconds(1));
    retry_.async_wait(guarded(life_, [this] { await_sniffer(); }));
  }

  bool take_sniffer() {
    UniqueFd socket(::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    std::erase_if(sniffers_, [](const auto& sniffer) { return sniffer->gone(); });
    if (sniffers_.size() == most_sniffers) {
      spdlog::warn("tap {}: {} sniffers are there, another one is sent away", address_, most_sniffers);
      return true;
    }
    sniffers_.push_back(std::make_unique<Sniffer>(loop_, socket.release(), serial_capture::header(names_)));
    return true;
  }

  asio::io_context& loop_;
  const std::string address_, where_, path_;
  asio::posix::stream_descriptor acceptor_;
  asio::steady_timer retry_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Sniffer>> sniffers_;
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

void WatchedLine::copy(Event event, std::string_view bytes) {
  if (!port_.has_sniffers()) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  port_.copy({index_, std::chrono::duration_cast<std::chrono::microseconds>(now), event, levels_, bytes});
}

}  // namespace

std::unique_ptr<Tap> open_tap(asio::io_context& loop, const std::string& address) {
  constexpr std::string_view unix_prefix = "unix:";
  const bool is_path = address.starts_with(unix_prefix);
  Listening listening = is_path ? listen_on_path(address.substr(unix_prefix.size())) : listen_on_port(loop, address);
  return std::make_unique<SnifferPort>(loop, address, std::move(listening));
}

}  // namespace sim800
