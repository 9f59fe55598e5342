// The conversation on an FTP control connection, kept as far as the module's result codes need it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Knows which command went out last and what the server has said to it (replies: RFC 959, 4.2).
class FtpControlConnection {
 public:
  /// Longest reply, over all its lines, in bytes.
  static constexpr std::size_t reply_limit = 64 * 1024;

  /// A command line has gone out.
  void sent(std::string_view line);
  /// A whole line has come.  False: no line of a reply, or a reply over the limit; the conversation is then over.
  bool received(std::string_view line);

  /// The last command, without its arguments, in upper case; empty before the first.
  const std::string& command() const { return command_; }
  /// Code of the last whole reply to it (to no command: of the greeting); 0 as long as there is none.
  int reply() const { return reply_; }
  /// What the reply to SIZE says; nothing where that is no number.
  std::optional<std::uint64_t> size() const;
  /// N where the server has opened the transfer with "... (N bytes)", as most do.
  std::optional<std::uint64_t> announced() const { return announced_; }
  /// The server has agreed to a transfer: it has said 125 or 150.
  bool transferring() const { return transferring_; }
  /// received() has returned false.
  bool unreadable() const { return unreadable_; }

 private:
  std::string command_;
  std::string last_line_;
  std::optional<std::uint64_t> announced_;
  int reply_ = 0;
  bool within_ = false;  // a reply of several lines has begun and not ended
  std::size_t length_ = 0;
  bool transferring_ = false;
  bool unreadable_ = false;
};

}  // namespace sim800
