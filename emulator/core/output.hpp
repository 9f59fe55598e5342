// Where a run writes its log and its trace: a file, pipe, terminal or socket whose reader may be slow, or gone.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// Never waits for its reader. What is not taken at once waits in memory, up to `limit` bytes; what does not fit either
/// is refused as a whole. After an error (a full disk, a reader that has left) everything is refused.
class Output {
 public:
  static constexpr std::size_t limit = 1U << 20U;

  /// Writes to an open file.
  explicit Output(UniqueFd file);
  /// Opens `file`, or creates it for its owner only. A FIFO is waited for until it has a reader. Throws
  /// std::system_error.
  static Output to(const std::string& file);
  /// Standard output (1) or standard error (2). Whoever shares it keeps it as it is: it is not made non-blocking, a
  /// pipe or a terminal is opened anew instead.
  static Output standard(int descriptor);

  /// A file becomes empty.
  void restart();
  /// False if `text` is refused.
  bool write(std::string_view text);
  /// Writes what waits, as far as the reader takes it.
  void flush();
  /// Likewise, and waits for the reader, but no longer than `most`: for the end of a run.
  void drain(std::chrono::milliseconds most);
  bool waiting() const { return !waiting_.empty(); }
  /// errno of what went wrong; 0: nothing so far.
  int error() const { return error_; }

  /// Something has begun to wait: flush() has to be called until nothing does.
  std::function<void()> on_waiting;

 private:
  enum class Kind : std::uint8_t {
    direct,  ///< a file, which does not make its writer wait, or a descriptor of our own that is non-blocking
    socket,
    shared,  ///< a pipe that cannot be opened anew: what poll(2) says has room takes PIPE_BUF bytes
  };
  Output(UniqueFd file, Kind kind) : file_(std::move(file)), kind_(kind) {}
  /// What is left of `text`.
  std::string_view write_some(std::string_view text);

  UniqueFd file_;
  Kind kind_ = Kind::direct;
  std::string waiting_;
  int error_ = 0;
};

}  // namespace sim800
