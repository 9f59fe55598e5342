// SPDX-License-Identifier: MIT
#include "emulator/core/clock.hpp"

namespace sim800 {

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    clock_ = std::exchange(other.clock_, nullptr);
    key_ = other.key_;
  }
  return *this;
}

void Timer::cancel() {
  if (Clock* clock = std::exchange(clock_, nullptr)) clock->queue_.erase(key_);
}

Timer Clock::at(TimePoint when, std::function<void()> act) {
  const Timer::Key key{when, made_++};
  const auto made = queue_.emplace(key, std::move(act)).first;
  if (made == queue_.begin()) rearm();
  return {*this, key};
}

void Clock::run_due(TimePoint now) {
  while (!queue_.empty() && queue_.begin()->first.first <= now) {
    const auto due = queue_.extract(queue_.begin());
    due.mapped()();
  }
}

void VirtualClock::advance(Duration span) {
  const TimePoint end = now_ + span;
  while (next() <= end) {
    now_ = std::max(now_, next());
    run_due(now_);
  }
  now_ = end;
}

bool VirtualClock::advance_to_next() {
  if (next() == TimePoint::max()) return false;
  now_ = std::max(now_, next());
  run_due(now_);
  return true;
}

}  // namespace sim800
