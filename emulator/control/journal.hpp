// What a run has done lately: its events, numbered, and what they add up to.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/control/event_ring.hpp"
#include "emulator/core/trace.hpp"

namespace sim800 {

/// A command line and what became of it.
struct SeenCommand {
  std::uint64_t number = 0;  ///< of its event
  unsigned module = 0;
  std::string channel, line;  ///< the line with its AT
  TimePoint at{};
  std::optional<TimePoint> ended;
  std::string result;  ///< final result; empty while it runs
};

class Journal {
 public:
  /// What is kept: who comes later finds the rest gone, and is told so.
  static constexpr std::size_t max_events = 50'000, max_bytes = std::size_t{16} << 20U, max_commands = 10'000;

  using Event = EventRing::Event;

  void add(TimePoint now, unsigned module, std::string_view module_name, std::string_view name, Trace::Fields fields);
  /// Forgets events of these kinds; what they have added up to stays.
  void forget(const std::function<bool(const Event&)>& which) { events_.forget(which); }
  void forget_commands() {
    commands_.clear();
    commands_forgotten_ = last_;
  }
  /// As at the start, except for the numbers, which go on.
  void reset();

  const EventRing& events() const { return events_; }
  /// Of the last event; 0: there was none.
  std::uint64_t last() const { return last_; }
  /// Events that are not kept any more have numbers up to this one.
  std::uint64_t lost() const { return std::max(lost_, events_.dropped()); }
  std::vector<SeenCommand> commands() const;

  /// Sums of one module.
  struct Sums {
    std::uint64_t commands = 0, received = 0, sent = 0, lost = 0, faults = 0, urcs = 0;
    std::map<std::string, std::uint64_t, std::less<>> results;  ///< by what comes first in the result, "+CME ERROR"
    std::optional<TimePoint> last_command;
    std::string power = "off";
    std::map<std::string, bool> clients;                        ///< by channel
    std::map<std::pair<std::string, std::string>, bool> lines;  ///< by channel and signal
  };
  const Sums& sums(unsigned module) { return modules_[module].sums; }

  /// Called after each event.
  std::function<void(unsigned module, std::string_view name)> on_event;

 private:
  void sum_up(TimePoint now, Sums& sums, std::string_view name, Trace::Fields fields);
  void left(const Event& event);

  EventRing events_{max_events, max_bytes, [this](const Event& event) { left(event); }};
  EventRing commands_{2 * max_commands, max_bytes};  ///< what tells of them and is no longer among the events
  struct Module {
    std::string_view name;  ///< one of `names_`
    Sums sums;
  };
  std::set<std::string, std::less<>> names_;  ///< of modules, as events have them
  std::map<unsigned, Module> modules_;
  std::uint64_t last_ = 0, lost_ = 0, commands_forgotten_ = 0;  ///< numbers up to these
};

}  // namespace sim800
