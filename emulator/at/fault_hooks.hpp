// Where faults affect the lines between host and module. A null pointer means that there is no fault to ask.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

/// What happens to a command.
struct CommandVerdict {
  static constexpr Duration forever = Duration::max();

  std::optional<Duration>
      silence;       ///< it is never answered, and for this long nothing is received or sent on its channel
  Duration delay{};  ///< before it runs
  std::vector<std::string> before;  ///< URCs, also sent to the other channels
  std::vector<std::string> inside;  ///< likewise, between its information lines and its result
  std::vector<std::string> after;   ///< likewise, after the line's final result
  std::vector<std::string> lines;   ///< information lines, with `result` only
  std::optional<Result> result;     ///< instead of running it
  bool whole_line = false;          ///< `result` is that of the whole line
  /// Bytes as they are, on the command's own channel.
  std::string raw_before, raw_inside, raw_after;
  /// What arrives at the instant of the command is reported inside its response.
  bool let_in = false;
};

/// Asked by channels and notified by the module.
class CommandFaults {
 public:
  virtual ~CommandFaults() = default;
  /// A whole line as typed, including its AT; each of its commands follows.
  virtual void line(std::string_view line, CommandVerdict& verdict) = 0;
  /// The next command; null for a bare AT.
  virtual void command(const TypedCommand* command, CommandVerdict& verdict) = 0;
  /// The module has sent a URC.
  virtual void urc(std::string_view text) = 0;
  /// A fault has acted, and at this instant more follows from it.
  virtual bool unsettled() const = 0;
};

/// Direction of bytes on the serial line, as seen by the module.
enum class SerialDirection : std::uint8_t {
  rx,  ///< from the host
  tx,  ///< to the host
};

/// Asked by serial lines.
class SerialFaults {
 public:
  virtual ~SerialFaults() = default;
  /// This many bytes, at least one, may pass before a fault is due.
  virtual std::size_t until_stop(SerialDirection direction) const = 0;
  /// These bytes pass, at most until_stop() of them, and may be changed. True if faults are due after them: what
  /// follows waits until those have acted.
  virtual bool pass(SerialDirection direction, std::string& bytes) = 0;
  /// So many bytes arrive at the host together; 0: as many as there are.
  virtual std::size_t slice() { return 0; }
  /// What lies between them and the next.
  virtual Duration gap() { return Duration::zero(); }
};

}  // namespace sim800
