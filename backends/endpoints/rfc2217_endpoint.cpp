// A port with modem lines over TCP (RFC 2217), for a host that connects and for a server that has the port.
// SPDX-License-Identifier: MIT
#include <asio/post.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "backends/endpoints/stream_endpoint.hpp"
#include "backends/endpoints/wrapped_endpoint.hpp"
#include "protocol/at/com_port.hpp"

namespace sim800 {
namespace {

/// What both sides share. Lines must not wait behind bytes that nobody takes, so that bytes wait here.
class ComPortEndpoint : public WrappedEndpoint {
 public:
  ComPortEndpoint(asio::io_context& loop, std::unique_ptr<Endpoint> inner)
      : WrappedEndpoint(std::move(inner)), loop_(loop) {}

  std::size_t unsent() const override { return held_.size() + inner().unsent(); }
  void send(std::string_view bytes) override {
    if (!stopped_) return inner().send(telnet::escaped(bytes));
    held_ += bytes;
    if (held_.size() <= most_held) return;
    const std::size_t lost = held_.size() - most_held;
    held_.erase(0, lost);
    user()->output_lost(lost);
  }
  void input_wanted() override {
    asio::post(loop_, guarded(life_, [this] { deliver(); }));
  }

 protected:
  bool wants_input() const override { return waiting_.size() < most_waiting; }
  void to_client(std::string_view bytes) { inner().send(bytes); }
  void from_host(std::string_view bytes) {
    waiting_ += bytes;
    if (waiting_.size() == bytes.size()) deliver();
  }
  void stop(bool on) {
    stopped_ = on;
    if (on || held_.empty()) return;
    inner().send(telnet::escaped(std::exchange(held_, {})));
    if (unsent() < congested_at) asio::post(loop_, guarded(life_, [this] { user()->drained(); }));
  }
  void purge(bool from_host, bool to_host) {
    if (from_host) waiting_.clear();
    if (to_host) held_.clear();
  }
  /// What a client that has left has sent comes before its leaving.
  void forget_client() {
    stopped_ = false;
    held_.clear();
    if (!waiting_.empty()) user()->receive(std::exchange(waiting_, {}));
  }
  const std::shared_ptr<void>& life() const { return life_; }

 private:
  static constexpr std::size_t most_waiting = std::size_t{64} * 1024, most_held = StreamEndpoint::kept_for_client;

  void deliver() {
    constexpr std::size_t piece = 4096;
    const std::weak_ptr<void> watch = life_;
    while (!waiting_.empty() && user()->wants_input()) {
      const std::string bytes = waiting_.substr(0, piece);
      waiting_.erase(0, bytes.size());
      user()->receive(bytes);
      if (watch.expired()) return;
    }
    inner().input_wanted();
  }

  asio::io_context& loop_;
  std::string waiting_;  ///< from the host
  std::string held_;     ///< for a client that has stopped the flow
  bool stopped_ = false;
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

class Rfc2217Listener final : public ComPortEndpoint {
 public:
  Rfc2217Listener(asio::io_context& loop, std::unique_ptr<Endpoint> inner)
      : ComPortEndpoint(loop, std::move(inner)),
        server_({.send = [this](std::string_view bytes) { to_client(bytes); },
                 .data = [this](std::string_view bytes) { from_host(bytes); },
                 .line = [this](ModemLine line, bool on) { user()->host_line(line, on); },
                 .framing = [this](const Framing& framing) { user()->host_framing(framing); },
                 .on_break = [this](bool on) { user()->host_break(on); },
                 .purge = [this](bool from, bool to) { purge(from, to); },
                 .stop = [this](bool on) { stop(on); }}) {}

  std::string announcement() const override { return "rfc2217" + inner().announcement().substr(3); }
  std::string name() const override { return "rfc2217" + inner().name().substr(3); }
  void attach(PortUser& user) override {
    WrappedEndpoint::attach(user);
    server_.disconnect();
  }
  void set_line(ModemLine line, bool on) override { server_.set_line(line, on); }

 private:
  void receive(std::string_view bytes) override { server_.receive(bytes); }
  void client_arrived() override {
    user()->client_arrived();
    server_.connect();
  }
  void client_left() override {
    const std::weak_ptr<void> watch = life();
    forget_client();
    if (watch.expired()) return;
    server_.disconnect();
    if (!watch.expired()) user()->client_left();
  }

  ComPortServer server_;
};

class Rfc2217Client final : public ComPortEndpoint {
 public:
  Rfc2217Client(asio::io_context& loop, std::unique_ptr<Endpoint> inner)
      : ComPortEndpoint(loop, std::move(inner)),
        client_({.send = [this](std::string_view bytes) { to_client(bytes); },
                 .data = [this](std::string_view bytes) { from_host(bytes); },
                 .line = [this](ModemLine line, bool on) { user()->host_line(line, on); }}) {}

  void attach(PortUser& user) override {
    WrappedEndpoint::attach(user);
    client_.disconnect();
  }
  void set_line(ModemLine line, bool on) override { client_.set_line(line, on); }
  void set_framing(const Framing& framing) override { client_.set_framing(framing); }

 private:
  void receive(std::string_view bytes) override { client_.receive(bytes); }
  void client_arrived() override {
    client_.connect();
    user()->client_arrived();
  }
  void client_left() override {
    const std::weak_ptr<void> watch = life();
    forget_client();
    if (watch.expired()) return;
    client_.disconnect();
    if (!watch.expired()) user()->client_left();
  }

  ComPortClient client_;
};

}  // namespace

std::unique_ptr<Endpoint> open_rfc2217(asio::io_context& loop, const std::string& address, std::size_t nth) {
  return serve_rfc2217(loop, open_tcp(loop, address, nth));
}

std::unique_ptr<Endpoint> serve_rfc2217(asio::io_context& loop, std::unique_ptr<Endpoint> listener) {
  return std::make_unique<Rfc2217Listener>(loop, std::move(listener));
}

std::unique_ptr<Endpoint> speak_rfc2217(asio::io_context& loop, std::unique_ptr<Endpoint> connection) {
  return std::make_unique<Rfc2217Client>(loop, std::move(connection));
}

}  // namespace sim800
