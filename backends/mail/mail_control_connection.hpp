// The conversation with a mail server during log-in, as far as the module's result codes depend on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "backends/ports/mail.hpp"

namespace sim800 {

class MailControlConnection {
 public:
  /// Longest reply, over all its lines, in bytes.
  static constexpr std::size_t max_reply = 64 * 1024;

  explicit MailControlConnection(MailProtocol protocol) : protocol_(protocol) {}

  /// A line has been sent.
  void sent(std::string_view line);
  /// A whole line has arrived.  False: it belongs to no reply, or to one over the limit; the conversation ends here.
  bool received(std::string_view line);
  /// The last line was the last one of its reply.
  bool complete() const { return length_ == 0; }

  /// The last command, without its arguments, in upper case; empty before the first.
  const std::string& command() const { return command_; }
  /// SMTP: code of the last reply line; 0: none yet.
  int code() const { return code_; }
  /// POP3: the last status line, "+OK ..." or "-ERR ...".
  const std::string& status() const { return status_; }
  bool authenticated() const { return authenticated_; }  ///< SMTP: AUTH was answered with 235
  bool unreadable() const { return unreadable_; }

 private:
  bool received_smtp(std::string_view line);
  bool received_pop3(std::string_view line);

  const MailProtocol protocol_;
  std::string command_;
  std::string status_;
  int code_ = 0;
  std::size_t length_ = 0;  // of the reply that has begun; 0: none has
  bool listing_ = false;    // the lines of CAPA follow
  bool authenticated_ = false;
  bool unreadable_ = false;
};

}  // namespace sim800
