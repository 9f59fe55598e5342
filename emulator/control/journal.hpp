// What a run has done lately: its events, numbered, and what they add up to.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

  struct Event {
    std::uint64_t number = 0;
    unsigned module = 0;
    std::string name;
    std::string json;  ///< the trace's object behind its number: {"n":7,"t":…}
  };

  void add(TimePoint now, unsigned module, std::string_view module_name, std::string_view name, Trace::Fields fields);
  /// Forgets events of these kinds; what they have added up to stays.
  void forget(const std::function<bool(const Event&)>& which);
  void forget_commands() { commands_.clear(); }
  /// As at the start, except for the numbers, which go on.
  void reset();

  const std::deque<Event>& events() const { return events_; }
  /// The first event with this number or a later one.
  std::deque<Event>::const_iterator from(std::uint64_t number) const;
  /// Of the last event; 0: there was none.
  std::uint64_t last() const { return last_; }
  /// Events that are not kept any more have numbers up to this one.
  std::uint64_t lost() const { return lost_; }
  const std::deque<SeenCommand>& commands() const { return commands_; }

  /// Sums of one module.
  struct Sums {
    std::uint64_t commands = 0, received = 0, sent = 0, lost = 0, faults = 0, urcs = 0;
    std::map<std::string, std::uint64_t> results;  ///< by what comes first in the result, "+CME ERROR"
    std::optional<TimePoint> last_command;
    std::string power = "off";
    std::map<std::string, bool> clients;                        ///< by channel
    std::map<std::pair<std::string, std::string>, bool> lines;  ///< by channel and signal
  };
  const Sums& sums(unsigned module) { return sums_[module]; }

  /// Called after each event, with its number.
  std::function<void(const Event&)> on_event;

 private:
  void sum_up(TimePoint now, unsigned module, std::string_view name, Trace::Fields fields);
  void begin(TimePoint now, unsigned module, std::string_view channel, std::string_view line);
  void end(TimePoint now, unsigned module, std::string_view channel, std::string_view result);

  std::deque<Event> events_;
  std::deque<SeenCommand> commands_;
  std::map<unsigned, Sums> sums_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0, lost_ = 0;
};

}  // namespace sim800
