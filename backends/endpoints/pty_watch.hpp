// Clients of pseudo-terminals that come and go, as the kernel tells by inotify: one descriptor for all of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace sim800 {

class PtyWatch : public std::enable_shared_from_this<PtyWatch> {
 public:
  explicit PtyWatch(asio::io_context& loop) : events_(loop) {}
  PtyWatch(const PtyWatch&) = delete;
  PtyWatch& operator=(const PtyWatch&) = delete;

  /// Opens and closes of one device node, oldest first.
  struct Node {
    std::deque<std::uint32_t> masks;  ///< of inotify: IN_OPEN, IN_CLOSE_*
    std::function<void()> came;       ///< called from the loop where some have come
  };
  /// False where the kernel does not tell: it is logged. `node` is told from start() on, until forget().
  bool add(const std::string& path, Node& node);
  void forget(Node& node);
  /// From now on the loop reads events.
  void start();
  /// Reads what the kernel has. `came` is not called for `reader`, which looks itself.
  void read(const Node* reader);

  static constexpr std::uint32_t opened = 0x20;         ///< IN_OPEN
  static constexpr std::uint32_t closed = 0x08 | 0x10;  ///< IN_CLOSE_WRITE, IN_CLOSE_NOWRITE

 private:
  bool open(const std::string& folder);
  void await();

  asio::posix::stream_descriptor events_;
  std::map<int, Node*> nodes_;  ///< by watch descriptor
  bool started_ = false;
  std::array<char, 4096> buffer_{};
};

}  // namespace sim800
