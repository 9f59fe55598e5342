// The conversation on an FTP control connection, as far as the module's result codes depend on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Knows which command was sent last and what the server has replied (RFC 959 4.2).
class FtpControlConnection {
 public:
  /// Longest reply, over all its lines, in bytes.
  static constexpr std::size_t max_reply = 64 * 1024;

  /// A command line has been sent.
  void sent(std::string_view line);
  /// A whole line has arrived.  False: it belongs to no reply, or to one over the limit; the conversation ends here.
  bool received(std::string_view line);

  /// The last line was the last one of its reply.
  bool complete() const { return length_ == 0; }
  /// The last command, without its arguments, in upper case; empty before the first.
  const std::string& command() const { return command_; }
  /// Code of the last complete reply to it (before any command: of the greeting); 0 until there is one.
  int reply() const { return reply_; }
  /// The size in the reply to SIZE; nothing where that is no number.
  std::optional<std::uint64_t> size() const;
  /// N if the server has opened the transfer with "... (N bytes)", as most do.
  std::optional<std::uint64_t> announced() const { return announced_; }
  /// The server has agreed to a transfer, by 125 or 150.
  bool transferring() const { return transferring_; }
  /// received() has returned false.
  bool unreadable() const { return unreadable_; }

 private:
  std::string command_;
  std::string last_line_;
  std::optional<std::uint64_t> announced_;
  int reply_ = 0;
  bool in_reply_ = false;  // a reply of several lines has begun and not ended
  std::size_t length_ = 0;
  bool transferring_ = false;
  bool unreadable_ = false;
};

}  // namespace sim800
