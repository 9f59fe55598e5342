// What a scenario file says: a world, the faults in it, and the events.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backends/link/interference.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/pattern.hpp"

namespace sim800 {

struct Stage;

/// What a fault or an event does; each kind is a file in scenarios/faults/ (docs/add-a-fault.md).
class Action {
 public:
  /// What it needs before it can act.
  struct Needs {
    bool relay = false;                            ///< connections that can be slowed, cut and held up
    bool serial_line = false;                      ///< a serial line that can lose bytes
    std::optional<TransferKind::User> watch = {};  ///< every transfer of that kind, to end it
  };
  virtual ~Action() = default;
  virtual void apply(Stage& stage) const = 0;
  virtual Needs needs() const { return {}; }
};
using Actions = std::vector<std::shared_ptr<const Action>>;

// Triggers.  What is not given matches anything.

struct CommandTrigger {
  std::string name;  ///< as in CommandName: "+CSQ"; empty for a bare AT
};
struct LineTrigger {
  Pattern pattern;  ///< of the whole line, "AT+CSQ;+CREG?"
};
struct TransferTrigger {
  TransferKind::User user = TransferKind::User::http;
  std::optional<std::string> verb;     ///< as in TransferKind
  std::optional<Pattern> target;       ///< http: URL; socket: server's name
  std::optional<int> socket;           ///< number of the connection
  std::optional<Phase> phase;          ///< not given: at its start
  std::optional<Direction> direction;  ///< of `after_bytes`
  std::uint64_t after_bytes = 0;       ///< in `data`; 0: when it starts
};
struct SerialTrigger {
  std::optional<SerialDirection> direction;  ///< not given: both, counted together
  std::uint64_t after_bytes = 1;             ///< fires each time this many more have passed
};
struct UrcTrigger {
  Pattern pattern;
};
struct TimeTrigger {
  Duration at{};  ///< since the start of the run
};
struct EventTrigger {
  ModuleEvent event = ModuleEvent::boot;
};
using Trigger =
    std::variant<CommandTrigger, LineTrigger, TransferTrigger, SerialTrigger, UrcTrigger, TimeTrigger, EventTrigger>;

struct Fault {
  Trigger on;
  std::uint64_t nth = 0;        ///< only the Nth match of the trigger, from 1; 0: any
  std::uint64_t every_nth = 0;  ///< only every Nth match; 0: any
  Actions actions;
  std::optional<std::uint64_t> times;
  double probability = 1;
  std::optional<std::string> when_state;
  std::optional<Duration> after, before;  ///< since the start of the run
  std::string on_words, do_words;         ///< trigger and actions in short, for traces and reports
};

/// Happens without a trigger.
struct Event {
  std::optional<Duration> after;   ///< the first time, since the start of the run; not given: after one period
  std::optional<Duration> period;  ///< not given: once
  Actions actions;
  std::string do_words;
};

/// The state before any action sets another one.
inline constexpr std::string_view first_state = "start";

struct Scenario {
  World world;
  std::vector<Fault> faults;
  std::vector<Event> events;
};

}  // namespace sim800
