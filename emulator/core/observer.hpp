// What a module does that need not be seen on its lines: for faults, and for those who watch it.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace sim800 {

/// Told by the module and its services as it happens, in the middle of a command or a timer: whoever wants to act on
/// the module does so later.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A message went to the network, whatever became of it there: the text of one part, in UTF-8; empty for 8-bit data.
  virtual void sms_sent(std::string_view number, std::string_view text) = 0;
  /// A voice call is set up.
  virtual void dialled(std::string_view number) = 0;
  /// A modem line ("DCD") of some channel has changed; high: on.
  virtual void level(std::string_view line, bool high) = 0;
  /// "on", "off", "reset" or "frozen", as in traces.
  virtual void power(std::string_view state) = 0;
};

}  // namespace sim800
