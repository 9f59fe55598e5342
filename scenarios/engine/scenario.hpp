// What a scenario file says: a world, the faults in it, and the events.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backends/link/interference.hpp"
#include "emulator/core/duration.hpp"
#include "emulator/core/world.hpp"
#include "protocol/at/result.hpp"
#include "protocol/pattern.hpp"
#include "scenarios/engine/expectation.hpp"
#include "scenarios/engine/trigger.hpp"

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
    bool transfers = false;                        ///< every transfer, to act on it without its being the trigger
    bool commands = false;                         ///< every command, likewise
  };
  virtual ~Action() = default;
  virtual void apply(Stage& stage) const = 0;
  virtual Needs needs() const { return {}; }
};
struct ActionStep;
/// What a fault or an event does, one after the other.
using Steps = std::vector<ActionStep>;

/// Goes on after a while, or when a trigger's time has come.
struct Wait {
  std::variant<DurationRange, Awaited> until;
};
struct Repeat {
  std::optional<std::uint64_t> times;  ///< not given: for ever
  std::shared_ptr<const Steps> steps;
};
struct ActionStep {
  std::variant<std::shared_ptr<const Action>, Wait, Repeat> what;
};

/// What must be so for a fault to fire, beside its trigger.
struct Conditions {
  std::optional<std::string> state;
  std::optional<int> signal_below, signal_above;  ///< without a signal neither is so
  std::optional<Registration> registration;       ///< as AT+CREG reports it
};

struct Fault : Awaited {
  std::string name;               ///< empty: none
  std::vector<std::string> tags;  ///< for reports
  Steps steps;
  std::optional<std::uint64_t> times;
  double probability = 1;
  Conditions when;
  std::optional<Duration> after, before;  ///< since the start of the run
  std::string do_words;                   ///< the steps in short
};

/// Happens without a trigger.
struct Event {
  std::optional<Duration> after;   ///< the first time, since the start of the run; not given: after one period
  std::optional<Duration> period;  ///< not given: once
  Conditions when;
  Steps steps;
  std::string do_words;
};

/// What a command of the scenario's own answers in one of its forms.
struct OwnAnswer {
  std::optional<Pattern> match;  ///< of the arguments; not given: any
  std::vector<std::string> lines;
  Result result = Code::ok;
  std::shared_ptr<const Steps> then;  ///< what follows; null: nothing
};
struct OwnCommand {
  /// By form: the first that matches answers.  None: the form is refused.
  std::vector<OwnAnswer> execute, test, read, write;
};

/// The state before any action sets another one.
inline constexpr std::string_view first_state = "start";

struct Scenario {
  World world;
  std::vector<Fault> faults;
  std::vector<Event> events;
  std::vector<std::shared_ptr<const Expectation>> expectations;
  std::vector<Fault> reactions;  ///< of the world: as faults, but no report mentions them
  std::map<std::string, OwnCommand, std::less<>> own_commands;  ///< by name ("+KCNXCFG")

  /// Some of it only works with a FaultEngine.
  bool needs_engine() const;
};

}  // namespace sim800
