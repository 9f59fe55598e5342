// A TCP port or a unix socket as the module's serial line.
// SPDX-License-Identifier: MIT
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/endpoints/listening.hpp"
#include "backends/endpoints/stream_endpoint.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

namespace {

bool peer_has_ended(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) return info.tcpi_state != TCP_ESTABLISHED;
  pollfd query{socket, POLLRDHUP, 0};
  return poll(&query, 1, 0) == 1 && (query.revents & (POLLRDHUP | POLLHUP)) != 0;
}

bool is_dead(int socket) {
  pollfd query{socket, 0, 0};
  return poll(&query, 1, 0) == 1 && (query.revents & (POLLERR | POLLHUP)) != 0;
}

/// The last transmissions, three at least, were answered by nothing, not even by the client's system.
bool does_not_answer(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_retransmits + info.tcpi_probes >= 3;
}

/// One client at a time. A client that ends its sending may still be reading (`printf 'AT\r' | nc`), and TCP cannot
/// tell it from one that is gone until something is written. So its socket stays open for output until that fails or
/// the next client comes; bytes that its side never acknowledged then belong to the next client.
class TcpLine : public StreamEndpoint {
 public:
  TcpLine(asio::io_context& loop, std::string name, std::chrono::milliseconds patience)
      : StreamEndpoint(loop, std::move(name)), patience_(patience), impatience_(loop) {}

  std::string announcement() const override { return {}; }

  enum class Client { none, here, leaving };
  Client client() const { return client_; }
  /// The client has ended, only its last bytes are not read yet: the next one comes after them.
  bool ends() {
    if (client_ != Client::here) return false;
    if (does_not_answer(wire())) {
      spdlog::info("{}: the client does not answer any more: its connection is ended", name());
      shutdown(wire(), SHUT_RDWR);
    }
    if (!peer_has_ended(wire())) return false;
    await_last_bytes();
    return true;
  }
  /// The next client can come.
  std::function<void()> on_free = [] {};

  void welcome(int socket) {
    if (client_ == Client::leaving) part(is_dead(wire()));
    client_ = Client::here;
    serve(socket);
  }

 private:
  // They may wait for the current client to read its answers, which it can still do; but not for ever.
  void await_last_bytes() {
    impatience_.expires_after(patience_);
    impatience_.async_wait(guarded(life(), [this, before = written()] {
      if (client_ != Client::here) return;
      if (written() != before) return await_last_bytes();
      set_limit(kept_for_nobody);
    }));
  }

  void input_ended() override {
    impatience_.cancel();
    client_ = Client::leaving;
    keep_sent(true);
    const std::weak_ptr<void> watch = life();
    if (output_over() || is_dead(wire())) {
      part(true);
    } else {
      await_wire_error([this] { part(true); });
    }
    user()->client_left();
    if (!watch.expired()) on_free();
  }

  void output_failed() override { client_ == Client::leaving ? part(true) : set_limit(kept_for_nobody); }

  std::size_t in_flight() override {
    int count = 0;
    if (client_ != Client::leaving || ioctl(wire(), SIOCOUTQ, &count) != 0) return 0;
    return static_cast<std::size_t>(count);
  }

  /// Ends with the client that was leaving; `dead`: its side did not receive what is in flight.
  void part(bool dead) {
    queue().confirm(dead ? in_flight() : 0);
    queue().rewind();
    keep_sent(false);
    close_wire();
    client_ = Client::none;
    set_limit(kept_for_nobody);
  }

  std::chrono::milliseconds patience_;
  asio::steady_timer impatience_;
  Client client_ = Client::none;
};

/// A line with a listener of its own.
class TcpEndpoint final : public TcpLine {
 public:
  TcpEndpoint(asio::io_context& loop, const std::string& name, Listening listening, std::chrono::milliseconds patience)
      : TcpLine(loop, name, patience), listener_(loop, std::move(listening), name) {
    listener_.on_client = [this] { take_client(); };
    on_free = [this] {
      if (std::exchange(next_waits_, false)) take_client();
    };
  }

  std::string announcement() const override { return name().substr(0, name().find(':')) + " " + listener_.where(); }

 private:
  void attached() override { listener_.await_client(); }

  void take_client() {
    next_waits_ = ends();
    if (next_waits_) return;
    const int socket = listener_.take();
    if (socket < 0) return;
    const std::weak_ptr<void> watch = life();
    client() == Client::here ? listener_.refuse(socket) : welcome(socket);
    if (!watch.expired()) listener_.await_client();
  }

  Listener listener_;
  bool next_waits_ = false;
};

class TcpPool final : public EndpointPool {
 public:
  TcpPool(asio::io_context& loop, const std::string& text, std::size_t count)
      : name_("tcp-any:" + text), listener_(loop, listen_on_port(loop, text), name_) {
    listener_.on_client = [this] { take_client(); };
    lines_.reserve(count);
    for (std::size_t n = 0; n < count; ++n) {
      TcpLine& line = *lines_.emplace_back(std::make_unique<TcpLine>(loop, name_, usual_patience));
      line.on_free = [this] {
        if (std::exchange(next_waits_, false)) take_client();
      };
    }
  }

  std::string announcement() const override { return "tcp-any " + listener_.where(); }
  Endpoint& line(std::size_t n) override { return *lines_.at(n); }
  void start() override { listener_.await_client(); }

 private:
  /// Better one whose last client is gone than one whose last client may still be reading.
  TcpLine* free_line() const {
    for (const auto wanted : {TcpLine::Client::none, TcpLine::Client::leaving}) {
      for (const auto& line : lines_) {
        if (line->client() == wanted) return line.get();
      }
    }
    return nullptr;
  }

  void take_client() {
    TcpLine* const line = free_line();
    next_waits_ = line == nullptr && std::ranges::any_of(lines_, [](const auto& each) { return each->ends(); });
    if (next_waits_) return;
    const int socket = listener_.take();
    if (socket < 0) return;
    const std::weak_ptr<void> watch = life_;
    line == nullptr ? listener_.refuse(socket) : line->welcome(socket);
    if (!watch.expired()) listener_.await_client();
  }

  std::string name_;
  Listener listener_;
  std::vector<std::unique_ptr<TcpLine>> lines_;
  bool next_waits_ = false;
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<EndpointPool> open_tcp_any(asio::io_context& loop, const std::string& address, std::size_t count) {
  return std::make_unique<TcpPool>(loop, address, count);
}

std::unique_ptr<Endpoint> open_tcp(asio::io_context& loop, const std::string& address, std::size_t nth,
                                   std::chrono::milliseconds patience) {
  const std::string name = "tcp:" + address + (nth == 1 ? "" : "#" + std::to_string(nth));
  return std::make_unique<TcpEndpoint>(loop, name, listen_on_port(loop, address), patience);
}

std::unique_ptr<Endpoint> open_unix(asio::io_context& loop, const std::string& path) {
  return std::make_unique<TcpEndpoint>(loop, "unix:" + path, listen_on_path(path), usual_patience);
}

}  // namespace sim800
