// Where faults get at the lines between host and module.  Null pointers stand for "no fault": nothing is asked then.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

/// What becomes of a command.
struct CommandVerdict {
  static constexpr Duration forever = Duration::max();

  std::optional<Duration> silence;  ///< it is never answered, and for so long nothing is heard or said on its channel
  Duration delay{};                 ///< before it runs
  std::vector<std::string> before;  ///< unsolicited lines, also told to the other channels
  std::vector<std::string> inside;  ///< likewise, between its information lines and its result
  std::vector<std::string> after;   ///< likewise, behind the line's final result
  std::vector<std::string> lines;   ///< information lines, with `result` only
  std::optional<Result> result;     ///< instead of running it
  bool whole_line = false;          ///< `result` is that of the whole line
};

/// Asked by channels and told by the module.
class CommandFaults {
 public:
  virtual ~CommandFaults() = default;
  /// A whole line, as typed, its AT included; each command of it follows.
  virtual void line(std::string_view line, CommandVerdict& verdict) = 0;
  /// A command that comes next; its name as in CommandName, empty for a bare AT.
  virtual void command(std::string_view name, CommandVerdict& verdict) = 0;
  /// The module has said something of its own accord.
  virtual void urc(std::string_view text) = 0;
};

/// Of bytes on the serial line, as the module sees it.
enum class SerialDirection : std::uint8_t {
  rx,  ///< from the host
  tx,  ///< to the host
};

/// Asked by serial lines.
class SerialFaults {
 public:
  virtual ~SerialFaults() = default;
  /// So many bytes, at least one, may pass before a fault is due.
  virtual std::size_t until_stop(SerialDirection direction) const = 0;
  /// These pass, at most until_stop() of them, and may come out changed.  True where faults were due behind them: what
  /// follows waits until those have acted.
  virtual bool pass(SerialDirection direction, std::string& bytes) = 0;
};

}  // namespace sim800
