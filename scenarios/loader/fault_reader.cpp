// SPDX-License-Identifier: MIT
#include "scenarios/loader/fault_reader.hpp"

#include <set>
#include <utility>

#include "scenarios/faults/actions.hpp"
#include "scenarios/faults/trigger_reader.hpp"
#include "scenarios/loader/event_pace.hpp"

namespace sim800 {
namespace {

Conditions read_conditions(const Value& entry) {
  const Value when = entry["when"];
  Conditions read;
  entry["when_state"].read(read.state);
  when["state"].read(read.state);
  if (when["state"] && entry["when_state"])
    entry["when_state"].refuse_name("either \"when_state\" or \"state\" in \"when\"", "both");
  const Value signal = when["signal"];
  if (const auto below = signal["below"].integer()) read.signal_below = static_cast<int>(*below);
  if (const auto above = signal["above"].integer()) read.signal_above = static_cast<int>(*above);
  read.registration = read_registration_word(when["registration"]);
  return read;
}

/// Repetitions that leave the module no time for anybody else.
void check_pace(const Value& steps, const Steps& read, EventPace& pace) {
  const auto often = busiest(read);
  if (!often) return;
  if (const auto expected = pace.refuse(often->least, often->actions))
    steps.refuse("waits in \"repeat\" that last longer", {}, *expected);
}

void read_event(const Value& entry, EventPace& pace, Scenario& into) {
  Event event;
  entry["after"].read(event.after);
  entry["period"].read(event.period);
  event.when = read_conditions(entry);
  event.steps = read_steps(entry["do"], nullptr);
  const Pace steps = pace_of(event.steps);
  if (const auto expected = pace.refuse(event.period, steps.actions)) entry["period"].refuse(*expected);
  if (event.period && !steps.ends)
    entry["period"].refuse_name("no \"period\" beside a \"repeat\" without \"times\"", {}, "each would go on for ever");
  check_pace(entry["do"], event.steps, pace);
  event.do_words = summary_of_steps(entry["do"]);
  into.events.push_back(std::move(event));
}

void collect_states(const Value& steps, std::set<std::string>& into) {
  for (const Value& step : steps.items()) {
    if (const auto state = step["state"].text()) into.insert(*state);
    if (const Value repeat = step["repeat"]) collect_states(repeat["do"], into);
  }
}

/// The states that actions enter; a fault that waits for another one would never fire.
void check_states(const Value& scenario) {
  std::set<std::string> known{std::string(first_state)};
  for (const char* key : {"faults", "events"}) {
    for (const Value& entry : scenario[key].items()) collect_states(entry["do"], known);
  }
  for (const Value& command : scenario["module"]["commands"].members()) {
    for (const Value& form : command.members()) {
      for (const Value& answer : form.items()) collect_states(answer["then"], known);
    }
  }
  for (const char* key : {"faults", "events"}) {
    for (const Value& entry : scenario[key].items()) {
      for (const Value& wanted : {entry["when_state"], entry["when"]["state"], entry["on"]["state"]}) {
        if (wanted.text() && !known.contains(*wanted.text()))
          wanted.refuse("\"start\", or a state that some action enters with \"state\"");
      }
    }
  }
}

/// Two faults of one name could not be told apart in a report.
void check_names(const Value& scenario) {
  std::set<std::string> seen;
  for (const Value& entry : scenario["faults"].items()) {
    const Value name = entry["name"];
    if (name.text() && !seen.insert(*name.text()).second) name.refuse("each name once");
  }
}

}  // namespace

std::optional<Fault> read_fault(const Value& entry) {
  auto awaited = read_awaited(entry["on"]);
  if (!awaited) return std::nullopt;
  Fault fault;
  static_cast<Awaited&>(fault) = std::move(*awaited);
  entry["name"].read(fault.name);
  fault.tags = entry["tags"].texts();
  if (const auto times = entry["times"].integer()) fault.times = static_cast<std::uint64_t>(*times);
  entry["probability"].read(fault.probability);
  fault.when = read_conditions(entry);
  entry["after"].read(fault.after);
  entry["before"].read(fault.before);
  if (fault.after && fault.before && *fault.before <= *fault.after)
    entry["before"].refuse("a duration longer than \"after\"");
  fault.steps = read_steps(entry["do"], &fault);
  fault.do_words = summary_of_steps(entry["do"]);
  return fault;
}

void read_faults(const Value& file, Scenario& into) {
  EventPace pace(into.world.timing.scale);
  for (const Value& entry : file["faults"].items()) {
    auto fault = read_fault(entry);
    if (!fault) continue;
    check_pace(entry["do"], fault->steps, pace);
    into.faults.push_back(std::move(*fault));
  }
  for (const Value& entry : file["events"].items()) read_event(entry, pace, into);
  check_states(file);
  check_names(file);
}

}  // namespace sim800
