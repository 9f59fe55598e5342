// SPDX-License-Identifier: MIT
#include "scenarios/engine/fault_engine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"

namespace sim800 {
namespace {

constexpr std::uint64_t event_streams = std::uint64_t{1} << 32;  ///< kept apart from those of faults
constexpr std::uint64_t live_stream = std::uint64_t{1} << 33;

/// An action puts its consequences off, they put off theirs: no chain is longer (removed card, lost registration, lost
/// bearer, ended session).
constexpr unsigned turns_to_settle = 6;

/// What a fault does may be what triggers it, or another that triggers the first, at one instant and for ever. So many
/// firings in a second of module time may come of URCs and events: a serial line carries no more lines.
constexpr unsigned most_chained = 1000;

/// So many occurrences of an event are made up for after a pause of the program; those before them are left out.
constexpr int most_late = 100;

constexpr int no_signal = 99;  ///< <rssi> of AT+CSQ

/// 27.007 7.2, as Network::stat() has it.
int stat_of(Registration registration) {
  switch (registration) {
    case Registration::home: return 1;
    case Registration::searching: return 2;
    case Registration::denied: return 3;
    case Registration::roaming: return 5;
    case Registration::unknown: break;
  }
  return 4;
}

/// What must be in place for a trigger to be noticed.
Action::Needs needs_of(const Trigger& on) {
  Action::Needs needs;
  needs.commands = std::holds_alternative<CommandTrigger>(on) || std::holds_alternative<LineTrigger>(on) ||
                   std::holds_alternative<UrcTrigger>(on);
  needs.serial_line = std::holds_alternative<SerialTrigger>(on);
  return needs;
}

bool latencies_vary(const World& world) {
  return std::ranges::any_of(world.timing.overrides, [](const auto& one) { return !one.second.fixed(); });
}

}  // namespace

FaultEngine::FaultEngine(const Parts& parts)
    : scenario_(parts.scenario),
      clock_(parts.clock),
      trace_(parts.trace),
      live_chance_(parts.seed, live_stream),
      serial_chance_(parts.seed, live_stream + 1),
      seed_(parts.seed),
      state_(parts.clock, std::string(first_state),
             [this](const std::string& state) { soon([this, state] { chain(StateEntered{state}); }); }),
      link_(parts.clock, initial_link(parts.scenario.world),
            [this] {
              soon([this] {
                if (on_link) on_link(link_.current());
              });
            }),
      noise_(parts.clock, {}, [] {}),
      signal_(parts.clock, {},
              [this](const auto& signal) {
                signal ? modem_->network->set_signal(signal->first, signal->second) : modem_->network->release_signal();
              }),
      registration_(parts.clock, parts.scenario.world.network.registration,
                    [this](Registration registration) { modem_->network->set_registration(registration); }),
      supply_(parts.clock, Supply::normal, [this](Supply supply) { modem_->set_supply(supply); }),
      temperature_(parts.clock, {}, [this](std::optional<int> celsius) { modem_->set_temperature(celsius); }),
      card_(parts.clock, parts.scenario.world.sim.present ? Card::inserted : Card::removed,
            [this](Card card) { put_card(card); }) {
  for (const Fault& fault : scenario_.faults) arm(std::make_shared<Fault>(fault), next_number_++, true);
  for (const Fault& reaction : scenario_.reactions) arm_unseen(std::make_shared<Fault>(reaction));
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    event_chances_.emplace_back(parts.seed, event_streams + i);
    note_needs(scenario_.events[i].steps);
  }
  for (const auto& [name, command] : scenario_.own_commands) {
    for (const auto* answers : {&command.execute, &command.test, &command.read, &command.write}) {
      for (const OwnAnswer& answer : *answers) {
        if (answer.then) note_needs(*answer.then);
      }
    }
  }
  needs_serial_line_ = needs_serial_line_ || scenario_.world.serial.slice.has_value();
  needs_commands_ = needs_commands_ || !scenario_.own_commands.empty() || latencies_vary(scenario_.world) ||
                    scenario_.world.module.unknown != ModuleConfig::Unknown::refused;
}

void FaultEngine::note_needs(const Steps& steps) {
  for (const ActionStep& step : steps) {
    if (const auto* action = std::get_if<std::shared_ptr<const Action>>(&step.what)) note_needs((*action)->needs());
    if (const auto* repeat = std::get_if<Repeat>(&step.what)) note_needs(*repeat->steps);
    const auto* wait = std::get_if<Wait>(&step.what);
    const auto* awaited = wait != nullptr ? std::get_if<Awaited>(&wait->until) : nullptr;
    if (awaited == nullptr) continue;
    note_needs(needs_of(awaited->on));
    // It may begin to wait in the middle of a transfer.
    if (const auto* transfer = std::get_if<TransferTrigger>(&awaited->on)) watched_.push_back(transfer->user);
  }
}

void FaultEngine::note_needs(const Action::Needs& needs) {
  needs_relay_ = needs_relay_ || needs.relay;
  needs_serial_line_ = needs_serial_line_ || needs.serial_line;
  needs_commands_ = needs_commands_ || needs.commands;
  if (needs.watch) watched_.push_back(*needs.watch);
  using enum TransferKind::User;
  if (needs.transfers) watched_.insert(watched_.end(), {http, ftp, socket});
  if (needs_commands_ && modem_ != nullptr) modem_->faults = this;
  if (on_needs) on_needs(needs);
}

std::vector<std::string> FaultEngine::never_fired() const {
  std::vector<std::string> lines;
  for (const auto& armed : armed_) {
    if (armed->fired > 0 || !armed->shown || armed->removed) continue;
    const Fault& fault = *armed->fault;
    const std::string name = fault.name.empty() ? "" : fmt::format(" \"{}\"", fault.name);
    const std::string tags = fault.tags.empty() ? "" : fmt::format(" [{}]", fmt::join(fault.tags, ", "));
    lines.push_back(fmt::format("/faults/{}{}{}: {}", armed->index, name, tags, fault.on_words));
  }
  return lines;
}

// --- triggers

void FaultEngine::start(Modem& modem) {
  modem_ = &modem;
  modem.start_counting();
  started_ = clock_.now();
  if (needs_commands_) modem.faults = this;
  for (const auto& armed : armed_) attach(*armed);
  for (const auto& [name, command] : scenario_.own_commands) {
    if (modem.commands.find(name) != nullptr) note(fmt::format("AT{}: the scenario answers, not the module", name));
  }
  start_timers();
}

/// A module without faults to ask is not slowed down by asking.
void FaultEngine::attach(Armed& armed) {
  const Trigger& on = armed.fault->on;
  note_needs(needs_of(on));
  if (std::holds_alternative<EventTrigger>(on)) {
    modem_->on_event = [this](ModuleEvent event) { chain(ModuleDid{event}); };
  } else if (std::holds_alternative<SmsSentTrigger>(on) || std::holds_alternative<DialledTrigger>(on) ||
             std::holds_alternative<PowerTrigger>(on) || std::holds_alternative<LevelTrigger>(on)) {
    modem_->watch(this);
  } else if (const auto* time = std::get_if<TimeTrigger>(&on)) {
    armed.timer = clock_.at(std::max(clock_.now(), started_ + time->at), [this, self = &armed] {
      const auto still = std::ranges::find(armed_, self, &std::shared_ptr<Armed>::get);
      if (still != armed_.end() && due(*self)) act({{*still, {}}}, nullptr, nullptr);
    });
  }
}

void FaultEngine::line(std::string_view line, CommandVerdict& verdict) {
  if (next_command_) verdict = *std::exchange(next_command_, std::nullopt);
  const bool had_result = verdict.result.has_value();
  if (happened(LineTyped{line}, &verdict)) settle(turns_to_settle);
  verdict.whole_line = !had_result && verdict.result.has_value();
}

void FaultEngine::command(const TypedCommand* command, CommandVerdict& verdict) {
  modem_->draw_latencies();
  const CommandGiven given =
      command != nullptr ? CommandGiven{command->name.view(), command->form, command->arguments} : CommandGiven();
  if (happened(given, &verdict)) settle(turns_to_settle);
  if (command != nullptr && !verdict.result && !verdict.silence) answer_own(*command, verdict);
}

void FaultEngine::urc(std::string_view text) {
  if (chain(UrcSaid{text})) settle(turns_to_settle);
}

/// What a fault may have caused: not without end.
bool FaultEngine::chain(const Occurrence& what) {
  if (clock_.now() - chained_since_ >= 1s) {
    chained_since_ = clock_.now();
    chained_ = 0;
  }
  if (chained_ >= most_chained) return false;
  if (!happened(what)) return false;
  if (++chained_ == most_chained) note("faults trigger each other without end: no more of them for a second");
  return true;
}

/// All faults that match see the state as it was; then they act, in the order of the file.
bool FaultEngine::happened(const Occurrence& what, CommandVerdict* command) {
  if (on_occurrence) on_occurrence(what);
  std::vector<Due> all;
  for (const auto& armed : armed_) {
    if (armed->acting || armed->removed) continue;
    if (auto found = match(armed->fault->on, what); found && due(*armed)) all.push_back({armed, std::move(*found)});
  }
  return act(all, command, nullptr);
}

/// Counts a match of the trigger and returns whether the fault fires.
bool FaultEngine::due(Armed& armed) {
  const Fault& fault = *armed.fault;
  if (!armed.enabled || armed.removed) return false;
  if (!fault.counts(++armed.seen)) return false;
  if (fault.times && armed.fired >= *fault.times) return false;
  if (!holds(fault.when)) return false;
  const Duration since = clock_.now() - started_;
  if ((fault.after && since < *fault.after) || (fault.before && since >= *fault.before)) return false;
  return armed.chance.happens(fault.probability);
}

bool FaultEngine::holds(const Conditions& when) const {
  if (when.state && *when.state != state_.current()) return false;
  if (when.signal_below || when.signal_above) {
    const int rssi = modem_->network->signal().rssi;
    if (rssi == no_signal || rssi >= when.signal_below.value_or(no_signal) || rssi <= when.signal_above.value_or(-1))
      return false;
  }
  return !when.registration || modem_->network->stat() == stat_of(*when.registration);
}

/// Whoever listens hears of it before anything comes of it.
bool FaultEngine::act(const std::vector<Due>& all, CommandVerdict* command, Verdict* transfer) {
  bool acted = false;
  for (const Due& each : all) {
    if (each.armed->tells && !each.armed->removed) each.armed->tells();
  }
  for (const Due& each : all) {
    Armed& armed = *each.armed;
    if (armed.tells) continue;
    acted = true;
    ++armed.fired;
    if (armed.shown) record("fault", armed.index, armed.fault->on_words, armed.fault->do_words);
    armed.acting = true;
    if (armed.shown && !armed.fault->name.empty()) chain(FaultFired{armed.fault->name});
    const Stage stage{*modem_, *this, armed.chance, command, transfer, &each.captures};
    if (armed.goes_on) {
      armed.goes_on(stage);
    } else {
      begin(armed.fault->steps, each.armed, &armed, stage);
    }
    armed.acting = false;
  }
  return acted;
}

void FaultEngine::note(std::string_view text) {
  if (trace_ != nullptr) trace_->event("note", {{"text", text}});
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
  if (!std::exchange(events_late_, true)) note("events are left out: this machine is too slow for their periods");
  return next + period * (late - most_late);
}

void FaultEngine::happen(std::size_t index) {
  const Event& event = scenario_.events[index];
  if (!holds(event.when)) return;
  record("happening", index, {}, event.do_words);
  begin(event.steps, nullptr, nullptr, Stage{*modem_, *this, event_chances_[index]});
}

/// A locked card that comes back is put in first.
void FaultEngine::put_card(Card card) {
  if (card == Card::removed) return modem_->remove_sim();
  if (card == Card::inserted || !modem_->sim->present()) modem_->insert_sim();
  if (card == Card::locked) modem_->lock_sim();
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

bool Scenario::needs_engine() const {
  return !faults.empty() || !events.empty() || !expectations.empty() || !reactions.empty() || !own_commands.empty() ||
         world.module.unknown != ModuleConfig::Unknown::refused || world.serial.slice || latencies_vary(world);
}

}  // namespace sim800
