// Faults that are added, switched and removed while the module runs, and actions on demand.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {

FaultEngine::Armed* FaultEngine::find(std::size_t fault) const {
  const auto found =
      std::ranges::find_if(armed_, [fault](const auto& armed) { return armed->index == fault && !armed->removed; });
  return found == armed_.end() ? nullptr : found->get();
}

std::shared_ptr<FaultEngine::Armed> FaultEngine::arm(std::shared_ptr<const Fault> fault, std::size_t number,
                                                     bool shown) {
  note_needs(fault->steps);
  if (std::holds_alternative<SerialTrigger>(fault->on)) needs_serial_line_ = true;
  auto armed = std::make_shared<Armed>(
      Armed{.fault = std::move(fault), .index = number, .chance = {seed_, number}, .shown = shown});
  armed_.push_back(armed);
  if (modem_ != nullptr) attach(*armed);
  return armed;
}

/// Nobody is in the middle of using those removed.
void FaultEngine::purge() {
  std::erase_if(armed_, [](const auto& armed) { return armed->removed; });
}

std::size_t FaultEngine::add(std::shared_ptr<const Fault> fault, bool shown) {
  purge();
  return (shown ? arm(std::move(fault), next_number_++, true) : arm_unseen(std::move(fault)))->index;
}

std::size_t FaultEngine::listen(const Awaited& awaited, std::function<void()> tells) {
  auto fault = std::make_shared<Fault>();
  static_cast<Awaited&>(*fault) = awaited;
  purge();
  const auto armed = arm_unseen(std::move(fault));
  armed->tells = std::move(tells);
  join_transfers(armed);
  return armed->index;
}

bool FaultEngine::remove(std::size_t fault) {
  Armed* const armed = find(fault);
  if (armed == nullptr) return false;
  armed->removed = true;
  armed->timer.cancel();
  return true;
}

bool FaultEngine::enable(std::size_t fault, bool on) {
  Armed* const armed = find(fault);
  if (armed == nullptr) return false;
  armed->enabled = on;
  return true;
}

std::vector<FaultEngine::Counters> FaultEngine::counters() const {
  std::vector<Counters> all;
  for (const auto& armed : armed_) {
    if (armed->shown && !armed->removed)
      all.push_back({armed->index, armed->fault.get(), armed->enabled, armed->seen, armed->fired});
  }
  return all;
}

void FaultEngine::perform(std::shared_ptr<const Steps> steps, const std::string& words) {
  note_needs(*steps);
  if (trace_ != nullptr) trace_->event("happening", {{"do", words}});
  const Steps& all = *steps;
  begin(all, std::move(steps), nullptr, Stage{*modem_, *this, live_chance_});
}

}  // namespace sim800
