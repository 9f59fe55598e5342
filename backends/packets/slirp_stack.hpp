// libslirp on the event loop: a TCP/IP stack whose far side is sockets of this process.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct Slirp;

namespace sim800 {

class SlirpStack {
 public:
  /// The address of whoever sends packets into it; what it is to the world is no concern of the stack.
  static constexpr std::uint32_t guest = 0xc000020f;  // 192.0.2.15

  SlirpStack(asio::io_context& loop, std::function<void(std::string_view packet)> on_packet);
  ~SlirpStack();
  SlirpStack(const SlirpStack&) = delete;
  SlirpStack& operator=(const SlirpStack&) = delete;

  /// A packet from `guest`; one that answers it may come before this returns. Also from inside `on_packet`.
  void send(std::string_view packet);

 private:
  struct Callbacks;
  struct Watched {
    int fd, wanted, ready;
  };

  void input(const std::string& frame);
  void frame_from_stack(std::string_view frame);
  void plan();
  void watch();
  void poll();
  void wait_for_descriptors();
  void wait_for_time(std::uint32_t milliseconds);

  asio::io_context& loop_;
  std::function<void(std::string_view)> on_packet_;
  Slirp* slirp_ = nullptr;
  asio::posix::stream_descriptor ready_;  ///< an epoll of the stack's sockets
  asio::steady_timer timer_;
  std::vector<Watched> watched_;
  std::vector<int> in_epoll_;
  bool planned_ = false, inside_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< what was posted comes too late without it
};

}  // namespace sim800
