// Between the event loop and the thread of one FTP session: data in bounded buffers, what has happened, and requests
// that the thread makes of the loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backends/link/interference.hpp"
#include "backends/ports/ftp.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

class Relay;

/// What only the loop can do: the thread waits for it.
struct FtpLoopRequest {
  enum class Kind : std::uint8_t {
    connect,  ///< a relay to `port` of the server, for data
    phase,    ///< `phase` is reached: faults are asked
    moved,    ///< `total` bytes of data have gone in `direction`: faults are asked
  };
  Kind kind = Kind::phase;
  std::uint16_t port = 0;
  Phase phase = Phase::data;
  Direction direction = Direction::down;
  std::uint64_t total = 0;
};

struct FtpLoopReply {
  Relay* relay = nullptr;  ///< null: the server has refused.  Its socket may be opened from the thread, nothing else.
  std::uint16_t port = 0;  ///< where the relay listens
  Verdict::Cut cut = Verdict::Cut::none;         ///< what has become of the connection in question
  std::uint64_t stop_up = TransferWatch::never;  ///< counts of bytes of data at which to ask next
  std::uint64_t stop_down = TransferWatch::never;
};

class FtpBridge {
 public:
  static constexpr std::size_t window = FtpSession::window;
  /// The threads do not wake each other for every block that the host sends or reads: that would be most of the work.
  static constexpr std::size_t worth_waking = 16 * 1024;

  /// `notify` is called in the session's thread when there is something to take, once until it is taken.
  explicit FtpBridge(std::function<void()> notify);

  // In the loop's thread:
  struct Update {
    bool heard = false, changed = false;
    std::string bytes;  ///< received; they occupy the window until consumed()
    std::optional<FtpLoopRequest> request;
    std::optional<FtpOutcome> outcome;
  };
  Update take();
  void reply(const FtpLoopReply& reply);
  void consumed(std::size_t count);
  std::size_t room() const;
  void write(std::string_view bytes);
  void finish();
  std::uint64_t sent() const;
  bool awaits_connection() const;
  /// The session is to end; no request is answered any more.
  void cancel();

  // In the session's thread:
  /// Readable when something has changed on the loop's side; clear() makes it unreadable again.
  int wake_fd() const { return wake_.get(); }
  void clear();
  bool cancelled() const;
  /// Nothing: the session is to end.
  std::optional<FtpLoopReply> ask(const FtpLoopRequest& request);
  void heard(bool awaits_connection);
  bool has_space(std::size_t count);  ///< if not, it is woken when half the window is free
  void put(std::string_view bytes);   ///< needs space
  void ready();                       ///< the server is ready for data
  /// True if `count` bytes wait to be sent, or the file has ended; if not, it is woken once that is so.
  bool has_bytes(std::size_t count);
  /// Takes what there is to send; 0: the file has ended.
  std::size_t get(std::span<char> buffer);
  void add_sent(std::size_t count);
  void end(FtpOutcome outcome);

 private:
  void wake() const;
  template <class Change>
  void announce(Change change);

  const std::function<void()> notify_;
  const UniqueFd wake_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable replied_;
  Update update_;
  std::optional<FtpLoopReply> reply_;
  bool notified_ = false;
  bool cancelled_ = false;
  bool awaits_connection_ = false;
  bool ready_ = false;
  bool finished_ = false;
  bool starved_ = false;     // the session's thread waits for space
  std::size_t wanted_ = 0;   // it waits for this many bytes to send
  std::size_t waiting_ = 0;  // bytes received and not consumed, here and with the session
  std::string outgoing_;
  mutable std::size_t known_room_ = 0;  // what the host was last told of, less what it has written since
  std::uint64_t sent_ = 0;
  std::uint64_t reported_ = 0;  // of sent_
};

}  // namespace sim800
