// SPDX-License-Identifier: MIT
#include "backends/endpoints/tap.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/endpoints/listening.hpp"
#include "backends/endpoints/serial_capture.hpp"
#include "backends/endpoints/stream_endpoint.hpp"
#include "backends/endpoints/wrapped_endpoint.hpp"

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
class WatchedLine final : public WrappedEndpoint {
 public:
  WatchedLine(SnifferPort& port, Endpoint& line, std::size_t index)
      : WrappedEndpoint(line), port_(port), index_(index) {}

  void send(std::string_view bytes) override {
    copy(Event::from_module, bytes);
    WrappedEndpoint::send(bytes);
  }
  void set_line(ModemLine line, bool on) override {
    moved(line, on);
    WrappedEndpoint::set_line(line, on);
  }

 private:
  void receive(std::string_view bytes) override {
    copy(Event::to_module, bytes);
    WrappedEndpoint::receive(bytes);
  }
  void host_line(ModemLine line, bool on) override {
    moved(line, on);
    WrappedEndpoint::host_line(line, on);
  }
  void host_break(bool on) override {
    if (on) copy(Event::broken, {});
    WrappedEndpoint::host_break(on);
  }

  void moved(ModemLine line, bool on) {
    if (levels_.drive(line, on)) copy(Event::line_moved, {});
  }
  void copy(Event event, std::string_view bytes);

  SnifferPort& port_;
  const std::size_t index_;
  LineLevels levels_;
};

class SnifferPort final : public Tap {
 public:
  SnifferPort(asio::io_context& loop, const std::string& address)
      : loop_(loop), name_("tap " + address), listener_(loop, listen_on(loop, address), name_) {
    where_ = (address.starts_with("unix:") ? "unix:" : "") + listener_.where();
    listener_.on_client = [this] { take_sniffer(); };
  }

  std::string announcement() const override { return "tap " + where_; }

  std::unique_ptr<Endpoint> watch(Endpoint& line) override {
    names_.push_back(line.name());
    return std::make_unique<WatchedLine>(*this, line, names_.size() - 1);
  }

  void start() override { listener_.await_client(); }

  bool has_sniffers() const { return !sniffers_.empty(); }

  void copy(const Packet& packet) {
    forget_gone();
    for (const auto& sniffer : sniffers_) sniffer->add(packet);
  }

 private:
  void forget_gone() {
    std::erase_if(sniffers_, [](const auto& sniffer) { return sniffer->gone(); });
  }

  void take_sniffer() {
    UniqueFd socket(listener_.take());
    if (socket.get() < 0) return;
    forget_gone();
    if (sniffers_.size() == most_sniffers) {
      spdlog::warn("{}: {} sniffers are there, another one is sent away", name_, most_sniffers);
    } else {
      sniffers_.push_back(std::make_unique<Sniffer>(loop_, socket.release(), serial_capture::header(names_)));
    }
    listener_.await_client();
  }

  asio::io_context& loop_;
  const std::string name_;
  Listener listener_;
  std::string where_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Sniffer>> sniffers_;
};

void WatchedLine::copy(Event event, std::string_view bytes) {
  if (!port_.has_sniffers()) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  port_.copy({index_, std::chrono::duration_cast<std::chrono::microseconds>(now), event, levels_, bytes});
}

}  // namespace

std::unique_ptr<Tap> open_tap(asio::io_context& loop, const std::string& address) {
  return std::make_unique<SnifferPort>(loop, address);
}

}  // namespace sim800
