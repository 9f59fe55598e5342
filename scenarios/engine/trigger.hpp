// Triggers: what faults, waiting steps, expectations and tests wait for; and whether something that has happened is it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backends/link/interference.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/core/duration.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/pattern.hpp"

namespace sim800 {

// What is not given matches anything.

struct CommandTrigger {
  std::string name;          ///< as in CommandName: "+CSQ"; empty for a bare AT
  std::optional<Form> form;  ///< not given: any, with any arguments
  std::string arguments;     ///< as typed
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
  std::optional<Direction> direction;  ///< of `after_bytes` and `content`
  std::uint64_t after_bytes = 0;       ///< in `data`; 0: when it starts
  std::optional<Pattern> content;      ///< socket: of the bytes that pass
  std::uint64_t session = 0;           ///< only the Nth that is like this, from 1; 0: any
};
struct SerialTrigger {
  std::optional<SerialDirection> direction;  ///< not given: both, counted together
  std::uint64_t after_bytes = 1;             ///< each time this many more have passed
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
struct SmsSentTrigger {
  std::optional<Pattern> number, text;
  std::vector<Pattern> unless;  ///< texts that do not count
};
struct DialledTrigger {
  Pattern number;
};
struct StateTrigger {
  std::string name;
};
struct PowerTrigger {
  std::string state;  ///< as Observer tells it
};
struct FaultTrigger {
  std::string name;
};
struct LevelTrigger {
  std::string line;  ///< as Observer tells it
  bool high = false;
};
using Trigger =
    std::variant<CommandTrigger, LineTrigger, TransferTrigger, SerialTrigger, UrcTrigger, TimeTrigger, EventTrigger,
                 SmsSentTrigger, DialledTrigger, StateTrigger, PowerTrigger, LevelTrigger, FaultTrigger>;

/// A trigger as a file has it, with what stands beside its name.
struct Awaited {
  Trigger on;
  std::uint64_t nth = 0;        ///< only the Nth match of the trigger, from 1; 0: any
  std::uint64_t every_nth = 0;  ///< only every Nth match; 0: any
  std::string on_words;         ///< in short, for traces and reports: "command AT+CSQ nth 2"

  /// Whether the match with this number, from 1, counts.
  bool counts(std::uint64_t match) const {
    return (nth == 0 || match == nth) && (every_nth == 0 || match % every_nth == 0);
  }
};

// What has happened. Views last as long as it happens.

struct CommandGiven {
  std::string_view name;
  Form form = Form::execute;
  std::string_view arguments{};
};
struct LineTyped {
  std::string_view line;
};
struct UrcSaid {
  std::string_view text;
};
struct ModuleDid {
  ModuleEvent event;
};
struct SmsWasSent {
  std::string_view number, text;
};
struct Dialled {
  std::string_view number;
};
struct StateEntered {
  std::string_view name;
};
struct PowerBecame {
  std::string_view state;
};
struct FaultFired {
  std::string_view name;
};
struct LevelBecame {
  std::string_view line;
  bool high;
};
/// A transfer has reached a phase (each matches a trigger once in a transfer: see FaultEngine::Watch).
struct TransferReached {
  const TransferKind& kind;
  Phase phase;
};
/// So many bytes of data have passed in that direction.
struct TransferMoved {
  const TransferKind& kind;
  Direction direction;
  std::uint64_t total;
};
/// This is the end of what has passed in that direction.
struct TransferCarried {
  const TransferKind& kind;
  Direction direction;
  std::string_view bytes;
};
using Occurrence = std::variant<CommandGiven, LineTyped, UrcSaid, ModuleDid, SmsWasSent, Dialled, StateEntered,
                                PowerBecame, LevelBecame, FaultFired, TransferReached, TransferMoved, TransferCarried>;

/// What a trigger's regular expression has found: $0, $1 …; none where it has none. With two expressions, `text`
/// before `number`.
using Captures = std::vector<std::string>;

/// Whether this is what the trigger waits for, before any counting. Time and bytes on the serial line never are: they
/// are counted, not noticed.
std::optional<Captures> match(const Trigger& trigger, const Occurrence& occurrence);

/// A transfer that the trigger may concern.
bool fits(const TransferTrigger& trigger, const TransferKind& kind);

/// How many groups of an expression the trigger's captures have; nothing where it has no expression.
std::optional<int> capture_groups(const Trigger& trigger);

/// `text` with $0 to $9 replaced by captures, and $$ by $; as it is where nothing can be captured.
std::string with_captures(const std::string& text, const Captures& captures);

}  // namespace sim800
