// SPDX-License-Identifier: MIT
#include "scenarios/engine/fault_engine.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim800 {
namespace {

constexpr std::uint64_t event_streams = std::uint64_t{1} << 32;  ///< kept apart from those of faults

/// An action puts its consequences off, they put off theirs: no chain is longer (removed card, lost registration, lost
/// bearer, ended session).
constexpr unsigned turns_to_settle = 6;

/// What a fault does may be what triggers it, or another that triggers the first, at one instant and for ever. So many
/// firings in a second of module time may come of URCs and events: a serial line carries no more lines.
constexpr unsigned most_chained = 1000;

/// So many occurrences of an event are made up for after a pause of the program; those before them are left out.
constexpr int most_late = 100;

}  // namespace

FaultEngine::FaultEngine(const Parts& parts)
    : scenario_(parts.scenario),
      clock_(parts.clock),
      trace_(parts.trace),
      link_(parts.clock, initial_link(parts.scenario.world),
            [this] {
              soon([this] {
                if (on_link) on_link(link_.current());
              });
            }),
      noise_(parts.clock, {}, [] {}) {
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    const Fault& fault = scenario_.faults[i];
    armed_.push_back(std::make_unique<Armed>(Armed{.fault = fault, .index = i, .chance = {parts.seed, i}}));
    note_needs(fault.actions);
    if (std::holds_alternative<SerialTrigger>(fault.on)) needs_serial_line_ = true;
  }
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    event_chances_.emplace_back(parts.seed, event_streams + i);
    note_needs(scenario_.events[i].actions);
  }
}

void FaultEngine::note_needs(const Actions& actions) {
  for (const auto& action : actions) {
    const Action::Needs needs = action->needs();
    needs_relay_ = needs_relay_ || needs.relay;
    needs_serial_line_ = needs_serial_line_ || needs.serial_line;
    if (needs.watch) watched_.push_back(*needs.watch);
  }
}

std::vector<std::string> FaultEngine::never_fired() const {
  std::vector<std::string> lines;
  for (const auto& armed : armed_) {
    if (armed->fired == 0) lines.push_back(fmt::format("/faults/{}: {}", armed->index, armed->fault.on_words));
  }
  return lines;
}

// --- triggers

void FaultEngine::start(Modem& modem) {
  modem_ = &modem;
  started_ = clock_.now();
  const auto any = [this]<class... Kinds>() {
    return std::ranges::any_of(
        armed_, [](const auto& armed) { return (std::holds_alternative<Kinds>(armed->fault.on) || ...); });
  };
  if (any.operator()<CommandTrigger, LineTrigger, UrcTrigger>()) modem.faults = this;
  if (any.operator()<EventTrigger>()) {
    modem.on_event = [this](ModuleEvent event) {
      chain<EventTrigger>([event](const EventTrigger& on, const Armed&) { return on.event == event; });
    };
  }
  start_timers();
}

void FaultEngine::line(std::string_view line, CommandVerdict& verdict) {
  const auto matches = [line](const LineTrigger& on, const Armed&) { return on.pattern.found_in(line); };
  if (trigger<LineTrigger>(matches, &verdict)) settle(turns_to_settle);
  verdict.whole_line = verdict.result.has_value();
}

void FaultEngine::command(std::string_view name, CommandVerdict& verdict) {
  const auto matches = [name](const CommandTrigger& on, const Armed&) { return on.name == name; };
  if (trigger<CommandTrigger>(matches, &verdict)) settle(turns_to_settle);
}

void FaultEngine::urc(std::string_view text) {
  const auto matches = [text](const UrcTrigger& on, const Armed&) { return on.pattern.found_in(text); };
  if (chain<UrcTrigger>(matches)) settle(turns_to_settle);
}

template <class T, class Matches>
bool FaultEngine::chain(Matches matches) {
  if (clock_.now() - chained_since_ >= 1s) {
    chained_since_ = clock_.now();
    chained_ = 0;
  }
  if (chained_ >= most_chained) return false;
  if (!trigger<T>(matches)) return false;
  if (++chained_ == most_chained && trace_ != nullptr)
    trace_->event("note", {{"text", "faults trigger each other without end: no more of them for a second"}});
  return true;
}

/// All faults that match see the state as it was; then they act, in the order of the file.
template <class T, class Matches>
bool FaultEngine::trigger(Matches matches, CommandVerdict* command, Verdict* transfer) {
  std::vector<Armed*> all;
  for (const auto& armed : armed_) {
    const T* on = std::get_if<T>(&armed->fault.on);
    if (on != nullptr && !armed->acting && matches(*on, *armed) && due(*armed)) all.push_back(armed.get());
  }
  return act(all, command, transfer);
}

/// Counts a match of the trigger and returns whether the fault fires.
bool FaultEngine::due(Armed& armed) {
  const Fault& fault = armed.fault;
  ++armed.seen;
  if (fault.nth != 0 && armed.seen != fault.nth) return false;
  if (fault.every_nth != 0 && armed.seen % fault.every_nth != 0) return false;
  if (fault.times && armed.fired >= *fault.times) return false;
  if (fault.when_state && *fault.when_state != state_) return false;
  const Duration since = clock_.now() - started_;
  if ((fault.after && since < *fault.after) || (fault.before && since >= *fault.before)) return false;
  return armed.chance.happens(fault.probability);
}

bool FaultEngine::act(const std::vector<Armed*>& all, CommandVerdict* command, Verdict* transfer) {
  for (Armed* armed : all) {
    ++armed->fired;
    record("fault", armed->index, armed->fault.on_words, armed->fault.do_words);
    armed->acting = true;
    Stage stage{*modem_, *this, armed->chance, command, transfer};
    for (const auto& action : armed->fault.actions) action->apply(stage);
    armed->acting = false;
  }
  return !all.empty();
}

/// A line or a URC has triggered something: no further line runs before the consequences. Appointments at one instant
/// are kept in the order in which they were made, so each turn is one link of the chain.
void FaultEngine::settle(unsigned turns) {
  turns_left_ = turns;
  if (turns == 0) return;
  turn_ = clock_.after(Duration::zero(), [this] { settle(turns_left_ - 1); });
}

void FaultEngine::record(std::string_view kind, std::size_t index, std::string_view on, std::string_view what) {
  if (trace_ == nullptr) return;
  const auto number = static_cast<std::int64_t>(index);
  if (on.empty()) return trace_->event(kind, {{kind, number}, {"do", what}});
  trace_->event(kind, {{kind, number}, {"on", on}, {"do", what}});
}

// --- time

void FaultEngine::start_timers() {
  for (const auto& armed : armed_) {
    const auto* on = std::get_if<TimeTrigger>(&armed->fault.on);
    if (on == nullptr) continue;
    timers_.push_back(clock_.after(on->at, [this, self = armed.get()] {
      if (due(*self)) act({self}, nullptr, nullptr);
    }));
  }
  event_timers_.resize(scenario_.events.size());
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    repeat(i, started_ + (event.after ? *event.after : event.period.value_or(Duration::zero())));
  }
}

void FaultEngine::repeat(std::size_t event, TimePoint when) {
  event_timers_[event] = clock_.at(when, [this, event, when] {
    if (const auto period = scenario_.events[event].period) repeat(event, next_time(when, *period));
    happen(event);
  });
}

TimePoint FaultEngine::next_time(TimePoint last, Duration period) {
  const TimePoint next = last + period;
  const auto late = (clock_.now() - next) / period;
  if (late <= most_late) return next;
  if (!std::exchange(events_late_, true) && trace_ != nullptr)
    trace_->event("note", {{"text", "events are left out: this machine is too slow for their periods"}});
  return next + period * (late - most_late);
}

void FaultEngine::happen(std::size_t index) {
  const Event& event = scenario_.events[index];
  record("happening", index, {}, event.do_words);
  Stage stage{*modem_, *this, event_chances_[index]};
  for (const auto& action : event.actions) action->apply(stage);
}

void FaultEngine::soon(std::function<void()> act) {
  // Behind everything else at this instant, but not put off again and again where one instant follows the other.
  const bool waits = !effects_.empty() && effects_since_ < clock_.now();
  effects_.push_back(std::move(act));
  if (waits) return;
  effects_since_ = clock_.now();
  effects_timer_ = clock_.after(Duration::zero(), [this] {
    for (const auto& effect : std::exchange(effects_, {})) effect();
  });
}

}  // namespace sim800
