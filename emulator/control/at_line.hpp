// An AT channel of the control interface's own: lines that it types, and what the module answers.
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/at/channel.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/at/port.hpp"

namespace sim800 {

class AtLine final : public Port {
 public:
  static constexpr std::string_view name = "control";
  /// Of one answer; what comes behind is left out.
  static constexpr std::size_t max_answer = std::size_t{1} << 20U;
  static constexpr std::size_t max_waiting = 100;

  /// The modem outlives the last call, but not the line: its channel refers to it.
  AtLine(Modem& modem, Clock& clock);

  struct Answer {
    enum End : std::uint8_t {
      complete,
      late,     ///< the time is up; an open prompt is gone
      refused,  ///< not typed: a command before it still runs though its time is up
    } end = late;
    std::string text;
  };
  using Done = std::function<void(const Answer&)>;
  /// Types a line once those before it are answered; `payload` is typed behind it once the module takes it. False if
  /// too many wait.
  bool ask(std::string line, std::string payload, Duration limit, Done done);

  // Port
  void send(std::string_view bytes) override;
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}

 private:
  struct Question {
    std::string line, payload;
    Duration limit;
    Done done;
  };
  void begin();
  void look();
  void end(Answer::End how);

  Clock& clock_;
  Channel& channel_;
  std::deque<Question> waiting_;  ///< the first one runs
  bool running_ = false;
  bool given_up_ = false;  ///< a command may still run, whose answer nobody waits for
  std::string text_;
  Timer look_, limit_, next_;
};

}  // namespace sim800
