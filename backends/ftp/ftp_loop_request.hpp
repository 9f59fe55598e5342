// Where the thread of an FTP session asks the event loop something, and waits for the answer.
// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "backends/link/interference.hpp"

namespace sim800 {

class Relay;

struct FtpQuestion {
  enum class Kind : std::uint8_t {
    connection,  ///< a relay to `port` of the server, for data
    phase,       ///< `phase` is reached: is there anything against it?
    moved,       ///< so has `total` been, in `direction`
  };
  Kind kind = Kind::phase;
  std::uint16_t port = 0;
  Phase phase = Phase::data;
  Direction direction = Direction::down;
  std::uint64_t total = 0;
};

struct FtpAnswer {
  Relay* relay = nullptr;  ///< null: the server has refused.  Its socket may be opened from the thread, nothing else.
  std::uint16_t port = 0;  ///< where the relay listens
  Verdict::Cut cut = Verdict::Cut::none;         ///< what has become of the connection in question
  std::uint64_t stop_up = TransferWatch::never;  ///< counts of bytes of data at which to ask next
  std::uint64_t stop_down = TransferWatch::never;
};

class FtpLoopRequest {
 public:
  /// `ring` is called in the session's thread when a question waits.
  explicit FtpLoopRequest(std::function<void()> ring) : ring_(std::move(ring)) {}

  // In the loop's thread:
  std::optional<FtpQuestion> take();
  void answer(const FtpAnswer& answer);
  /// Nobody will answer any more.
  void cancel();

  // In the session's thread:
  /// Nothing: the session is to end.
  std::optional<FtpAnswer> ask(const FtpQuestion& question);

 private:
  const std::function<void()> ring_;
  std::mutex mutex_;  // guards all below
  std::condition_variable answered_;
  std::optional<FtpQuestion> question_;
  std::optional<FtpAnswer> answer_;
  bool cancelled_ = false;
};

}  // namespace sim800
