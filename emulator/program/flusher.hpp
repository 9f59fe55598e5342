// Goes on with an output whose reader was slow.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <utility>

namespace sim800 {

class Flusher {
 public:
  /// `flush` writes what it can, and returns whether something still waits.
  Flusher(asio::io_context& loop, std::function<bool()> flush) : timer_(loop), flush_(std::move(flush)) {}

  /// Something has begun to wait. From any thread.
  void start() {
    asio::post(timer_.get_executor(), [this] { wait(); });
  }

 private:
  void wait() {
    // In the reader's time. Polled, because not everything that can be written to can be watched, and it is rare.
    timer_.expires_after(std::chrono::milliseconds(20));
    timer_.async_wait([this](asio::error_code problem) {
      if (!problem && flush_()) wait();
    });
  }

  asio::steady_timer timer_;
  std::function<bool()> flush_;
};

}  // namespace sim800
