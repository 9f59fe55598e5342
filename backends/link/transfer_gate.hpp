// Where a transfer stops to ask whether a fault has something against it, and waits as long as it is told to.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "backends/link/interference.hpp"
#include "emulator/core/clock.hpp"

namespace sim800 {

/// One per transfer that is watched; used in the loop's thread.  A fault may destroy the transfer, and this with it,
/// while it is asked; nothing more is called then.
class TransferGate {
 public:
  /// Gets what is left to do when the waiting is over: code, dns_fails, cut, or nothing.
  using Then = std::function<void(const Verdict&)>;
  struct Acts {
    std::function<void(bool)> hold;                 ///< nothing is to move: true; or again: false
    std::function<void(const Verdict&)> interrupt;  ///< do this now; what waited goes on without waiting
  };

  TransferGate(Clock& clock, std::unique_ptr<TransferWatch> watch, Acts acts);
  TransferGate(const TransferGate&) = delete;
  TransferGate& operator=(const TransferGate&) = delete;

  /// Asks, the first time a phase is reached.  `then` is called at once unless it is to wait.
  void reach(Phase phase, const Then& then);
  bool reached(Phase phase) const { return reached_.at(static_cast<std::size_t>(phase)); }
  /// Asks at a stop; for `then` see reach().
  void moved(Direction direction, std::uint64_t total, const Then& then);
  /// The count of bytes after which moved() is to be asked.
  std::uint64_t stop(Direction direction) const;
  /// The count after which the connection is to be closed.
  std::uint64_t limit() const { return limit_; }
  bool held() const { return held_; }

 private:
  void obey(Verdict verdict, const Then& then);
  void hold(Duration span);
  void release();

  Clock& clock_;
  std::shared_ptr<TransferWatch> watch_;
  Acts acts_;
  std::array<bool, 8> reached_{};
  std::array<std::uint64_t, 2> asked_{};  // the last stop of each direction
  std::uint64_t limit_ = TransferWatch::never;
  bool held_ = false;
  std::vector<std::function<void()>> waiting_;
  Timer timer_;
  TimePoint until_{};
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace sim800
