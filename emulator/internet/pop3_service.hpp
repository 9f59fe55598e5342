// Fetching mail: the one POP3 session (AT manual 13.2.13-13.2.22).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/service.hpp"
#include "emulator/internet/mail_connection.hpp"
#include "protocol/mail/pop3.hpp"

namespace sim800 {

class Pop3Service final : public Service {
 public:
  enum class State : std::uint8_t {
    off,
    entering,
    idle,
    asking,   ///< a command is in progress
    reading,  ///< a multi-line response is ready for AT+POP3READ
    leaving,
  };
  /// Requests of AT+POP3NUM and related commands; each is answered by a URC with its name.
  enum class Question : std::uint8_t { number, size, unique_id, lines, erase, restore };

  Pop3Service(const Environment& environment, const Settings& settings, MailConnection& connection);

  State state() const { return state_; }
  /// Logs in; +POP3IN follows. False: no server is set.
  bool enter(Channel& asker);
  /// Only in State::idle.  `command` is the server's, without its line end.
  void ask(Question question, std::string command, Channel& asker);
  /// In State::idle and reading: +POP3OUT follows.
  void leave(Channel& asker);
  void power_off() override;

  struct Chunk {
    std::string bytes;
    bool last;  ///< the response is complete
  };
  /// Only in State::reading: at most `count` bytes of what has arrived.
  Chunk read(std::size_t count);

 private:
  Task<> run();
  Task<int> log_in();
  Task<bool> answer();
  Task<bool> stream();
  Task<int> log_out();
  Task<std::optional<std::string>> exchange(std::string line);
  void tell(Question question, std::string_view status);
  void announce();
  void wait_for_host();
  void scan();

  const Environment& environment_;
  const Settings& settings_;
  MailConnection& connection_;
  State state_ = State::off;
  Question question_{};
  std::string command_;  ///< requested, not sent yet
  bool leaving_ = false;

  // Of a multi-line response:
  DotLine end_;
  std::size_t waiting_ = 0;  ///< bytes of it that the host may read
  bool given_up_ = false;    ///< the host has left it unread for too long
  bool starved_ = false;     ///< the host has read less than it requested, and is notified when more arrives
  Timer repeat_, unread_;
  Task<> run_;
  Channel* asker_ = nullptr;  ///< of the last command
};

}  // namespace sim800
