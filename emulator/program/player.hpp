// Plays dialogues as a host at the other end of a module's serial line, and finds the first difference.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialogue.hpp"
#include "protocol/pattern.hpp"

namespace sim800 {

struct PlayerOptions {
  double time_scale = 1;                             ///< scale of the module's time: waits are multiplied by it
  std::chrono::duration<double> least_wait{0};       ///< no wait for the module is shorter, whatever the scale
  std::vector<Pattern> ignore;                       ///< lines are skipped if one of these matches the whole line
  std::chrono::milliseconds synchronise_wait{1000};  ///< for the answer to each AT of synchronise(); not scaled
  std::chrono::milliseconds settle_wait{0};  ///< of silence, before synchronise() is done; scaled, down to 20 ms
  /// Whether a modem line ("DCD") is on; nothing: there is no such line. Not given: of a serial port, its own.
  std::function<std::optional<bool>(const std::string& signal)> level{};
};

/// A host program: it blocks, and uses real time only. A line may take 10 s, one after the final result of the last
/// command (a URC) 120 s, both times the scale; a payload may pause for 10 s.
class Player {
 public:
  /// `descriptor` (a raw tty, a socket) is borrowed and made non-blocking.
  explicit Player(int descriptor, PlayerOptions options = {});

  /// Sends AT until the module says OK and forgets everything received before; false after `attempts` without it.
  bool synchronise(int attempts);

  /// Asks a module that answers until it has booted, or will not get any further by itself; no longer than a boot
  /// takes. To be called once synchronise() has succeeded.
  void await_boot();

  /// Plays all steps. Returns nothing if there was no difference, else "FILE:LINE: expected …, got …". After a
  /// difference the state of the line is unknown: do not play on.
  std::optional<std::string> play(const Dialogue& dialogue);

 private:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  using Outcome = std::optional<std::string>;  ///< nothing: as expected; else "expected …, got …"

  Outcome run(const SendLine& step);
  Outcome run(const SendPayload& step);
  Outcome run(const ExpectLine& step);
  Outcome run(const ExpectMatch& step);
  Outcome run(const ExpectCount& step);
  Outcome run(const ExpectAnnounced& step);
  Outcome run(const ExpectPayload& step);
  Outcome run(const ExpectBytes& step);
  Outcome run(const ExpectPrompt& step);
  Outcome run(const ExpectOneOf& step);
  Outcome run(const ExpectAllOf& step);
  Outcome run(const ExpectLevel& step);
  Outcome run(const Pause& step);

  std::optional<bool> level_of(const std::string& signal) const;
  std::vector<std::string> ask(const std::string& command);
  template <class Matches>
  Outcome expect(const std::string& wanted, const Matches& matches);
  Outcome expect_line_break();
  Outcome expect_quiet(const std::string& before);
  void drop_line_feed();
  Outcome take_payload(std::size_t count, std::string* bytes);
  Outcome send_line(const std::string& text);
  Outcome write(std::string_view bytes);

  bool fill(Clock::time_point deadline);
  std::optional<std::string> take_line();
  std::optional<std::string> next_line(Clock::time_point deadline);
  bool ignored(const std::string& line) const;
  bool echo_begun() const;
  Clock::time_point after(Seconds wait) const;
  Seconds scaled(Seconds wait) const;
  std::string silence(Seconds wait) const;

  int descriptor_;
  PlayerOptions options_;
  std::string buffer_;              ///< received, not processed yet
  std::deque<std::string> echoes_;  ///< commands sent whose echo may still arrive
  std::string typed_;               ///< a text sent at a prompt whose echo may still arrive
  bool prompted_ = false;           ///< a prompt was read, and nothing sent since
  std::string last_line_;           ///< the last line that matched
  bool answered_ = false;           ///< the final result of the last command has arrived
  bool after_payload_ = false;      ///< nothing was read since a payload
  bool exact_ = false;              ///< nothing was read since a step that says exact bytes
  bool line_feed_due_ = false;      ///< a line was taken at its CR; the LF has not arrived yet
  bool lost_ = false;               ///< the other side is gone
};

}  // namespace sim800
