// Between the event loop and the thread of one FTP session: bytes in bounded buffers, and news for the loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backends/ports/ftp.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

class FtpPipe {
 public:
  static constexpr std::size_t window = FtpSession::window;
  /// The threads do not wake each other for every block of a host: that would be most of the work.
  static constexpr std::size_t worth_waking = 16 * 1024;

  /// `ring` is called in the session's thread when there are news, once until they are taken.
  explicit FtpPipe(std::function<void()> ring);

  // In the loop's thread:
  struct News {
    bool heard = false, changed = false;
    std::string bytes;  ///< received; they count as waiting until consumed() is told
    std::optional<FtpOutcome> outcome;
  };
  News take();
  void consumed(std::size_t count);
  std::size_t room() const;
  void write(std::string_view bytes);
  void finish();
  std::uint64_t sent() const;
  bool awaits_connection() const;
  void cancel();

  // In the session's thread:
  /// Readable when something has changed on the loop's side; clear() makes it unreadable again.
  int wake_fd() const { return wake_.get(); }
  void clear();
  bool cancelled() const;
  void heard(bool awaits_connection);
  bool has_space(std::size_t count);  ///< if not, it is woken when half the window is free
  void put(std::string_view bytes);   ///< needs space
  void ready();                       ///< the server takes data
  /// So many bytes are there to send, or the file has ended; if not, it is woken when they are.
  bool has_bytes(std::size_t count);
  /// Takes what there is to send; 0: the file has ended.
  std::size_t get(std::span<char> buffer);
  void add_sent(std::size_t count);
  void end(FtpOutcome outcome);

 private:
  void wake() const;
  template <class Change>
  void announce(Change change);

  const std::function<void()> ring_;
  const UniqueFd wake_;
  mutable std::mutex mutex_;  // guards all below
  News events_;
  bool rung_ = false;
  bool cancelled_ = false;
  bool awaits_connection_ = false;
  bool ready_ = false;
  bool finished_ = false;
  bool starved_ = false;     // the session's thread waits for space
  std::size_t wanted_ = 0;   // it waits for so many bytes to send
  std::size_t waiting_ = 0;  // bytes received and not consumed, here and with the session
  std::string outgoing_;
  std::uint64_t sent_ = 0;
  std::uint64_t told_ = 0;  // of sent_
};

}  // namespace sim800
