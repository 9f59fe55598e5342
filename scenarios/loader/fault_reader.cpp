// SPDX-License-Identifier: MIT
#include "scenarios/loader/fault_reader.hpp"

#include <set>
#include <utility>

#include "scenarios/faults/actions.hpp"
#include "scenarios/loader/event_pace.hpp"
#include "scenarios/loader/trigger_reader.hpp"

namespace sim800 {
namespace {

void read_fault(const Value& entry, Scenario& into) {
  const Value on = entry["on"];
  const auto trigger = read_trigger(on);
  if (!trigger) return;
  Fault fault;
  fault.on = *trigger;
  fault.on_words = on.summary();
  on["nth"].read(fault.nth);
  on["every_nth"].read(fault.every_nth);
  if (const auto times = entry["times"].integer()) fault.times = static_cast<std::uint64_t>(*times);
  entry["probability"].read(fault.probability);
  entry["when_state"].read(fault.when_state);
  entry["after"].read(fault.after);
  entry["before"].read(fault.before);
  if (fault.after && fault.before && *fault.before <= *fault.after)
    entry["before"].refuse("a duration longer than \"after\"");
  fault.actions = read_actions(entry["do"], &fault);
  fault.do_words = summary_of_actions(entry["do"]);
  into.faults.push_back(std::move(fault));
}

void read_event(const Value& entry, EventPace& pace, Scenario& into) {
  Event event;
  entry["after"].read(event.after);
  entry["period"].read(event.period);
  event.actions = read_actions(entry["do"], nullptr);
  if (const auto expected = pace.refuse(event.period, event.actions.size())) entry["period"].refuse(*expected);
  event.do_words = summary_of_actions(entry["do"]);
  into.events.push_back(std::move(event));
}

/// The states that actions enter; a fault that waits for another one would never fire.
void check_states(const Value& scenario) {
  std::set<std::string> known{std::string(first_state)};
  for (const char* key : {"faults", "events"}) {
    for (const Value& entry : scenario[key].items()) {
      for (const Value& action : entry["do"].items()) {
        if (const auto state = action["state"].text()) known.insert(*state);
      }
    }
  }
  for (const Value& entry : scenario["faults"].items()) {
    const auto wanted = entry["when_state"].text();
    if (wanted && !known.contains(*wanted))
      entry["when_state"].refuse("\"start\", or a state that some action enters with \"state\"");
  }
}

}  // namespace

void read_faults(const Value& file, Scenario& into) {
  for (const Value& entry : file["faults"].items()) read_fault(entry, into);
  EventPace pace(into.world.timing.scale);
  for (const Value& entry : file["events"].items()) read_event(entry, pace, into);
  check_states(file);
}

}  // namespace sim800
