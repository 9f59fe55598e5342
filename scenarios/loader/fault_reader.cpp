// SPDX-License-Identifier: MIT
#include "scenarios/loader/fault_reader.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/faults/actions.hpp"
#include "scenarios/loader/trigger_reader.hpp"

namespace sim800 {
namespace {

std::uint64_t count(const Entry& entry, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, entry.integer(key).value_or(0)));
}

void read_fault(const Entry& entry, Scenario& into) {
  const Entry on = entry.at("on");
  const auto trigger = read_trigger(on);
  if (!trigger) return;
  Fault fault;
  fault.on = *trigger;
  fault.on_words = on.words();
  fault.nth = count(on, "nth");
  fault.every_nth = count(on, "every_nth");
  if (entry.has("times")) fault.times = count(entry, "times");
  fault.probability = entry.number("probability").value_or(1);
  fault.when_state = entry.text("when_state");
  fault.after = entry.duration("after");
  fault.before = entry.duration("before");
  if (fault.after && fault.before && *fault.before <= *fault.after) entry.refuse("before", "later than \"after\"");
  fault.actions = read_actions(entry, &fault.on);
  fault.do_words = action_words(entry);
  into.faults.push_back(std::move(fault));
}

void read_event(const Entry& entry, Scenario& into) {
  Event event;
  event.after = entry.duration("after");
  event.period = entry.duration("period");
  if (event.period == Duration::zero()) entry.refuse("period", "longer than no time");
  event.actions = read_actions(entry, nullptr);
  event.do_words = action_words(entry);
  into.events.push_back(std::move(event));
}

/// The states that actions bring about; a fault that waits for another one would never fire.
void check_states(const Entry& scenario) {
  std::vector<std::string> known{std::string(first_state)};
  for (const char* key : {"faults", "events"}) {
    for (const Entry& entry : scenario.list(key)) {
      for (const Entry& action : entry.list("do")) {
        if (const auto state = action.text("state")) known.push_back(*state);
      }
    }
  }
  for (const Entry& entry : scenario.list("faults")) {
    const auto wanted = entry.text("when_state");
    if (wanted && std::ranges::find(known, *wanted) == known.end())
      entry.refuse("when_state", "\"start\", or a state that some action brings about with \"state\"");
  }
}

}  // namespace

void read_faults(const nlohmann::json& file, const Entry::Refuse& refuse, Scenario& into) {
  const Entry scenario(file, "", refuse);
  for (const Entry& entry : scenario.list("faults")) read_fault(entry, into);
  for (const Entry& entry : scenario.list("events")) read_event(entry, into);
  check_states(scenario);
}

}  // namespace sim800
