// TransferGate: verdicts taken apart.
// SPDX-License-Identifier: MIT
#include "backends/link/transfer_gate.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {

TransferGate::TransferGate(Clock& clock, std::unique_ptr<TransferWatch> watch, Acts acts)
    : clock_(clock), watch_(std::move(watch)), acts_(std::move(acts)) {
  watch_->interrupt = [this, alive = std::weak_ptr(alive_)](const Verdict& verdict) {
    if (alive.expired()) return;
    obey(verdict, [this](const Verdict& rest) {
      const auto act = acts_.interrupt;
      const std::weak_ptr still(alive_);
      act(rest);
      // Who has been told to end does not wait for that any longer.
      if (!still.expired() && !rest.nothing()) release();
    });
  };
}

void TransferGate::reach(Phase phase, const Then& then) {
  if (std::exchange(reached_.at(static_cast<std::size_t>(phase)), true)) return then({});
  const std::weak_ptr alive(alive_);
  const auto watch = watch_;
  const Verdict verdict = watch->reached(phase);
  if (!alive.expired()) obey(verdict, then);
}

void TransferGate::moved(Direction direction, std::uint64_t total, const Then& then) {
  asked_.at(static_cast<std::size_t>(direction)) = total;
  const std::weak_ptr alive(alive_);
  const auto watch = watch_;
  const Verdict verdict = watch->moved(direction, total);
  if (!alive.expired()) obey(verdict, then);
}

std::uint64_t TransferGate::stop(Direction direction) const {
  const std::uint64_t next = watch_->next_stop(direction);
  return next > asked_.at(static_cast<std::size_t>(direction)) ? next : TransferWatch::never;
}

void TransferGate::obey(Verdict verdict, const Then& then) {
  limit_ = std::min(limit_, verdict.truncate_after.value_or(TransferWatch::never));
  verdict.truncate_after.reset();
  const auto span = std::exchange(verdict.hold, std::nullopt);
  if (span) {
    waiting_.push_back([then, verdict] { then(verdict); });
    hold(*span);
  } else if (held_ && verdict.nothing()) {
    waiting_.push_back([then, verdict] { then(verdict); });
  } else {
    then(verdict);
  }
}

void TransferGate::hold(Duration span) {
  if (!std::exchange(held_, true)) acts_.hold(true);
  const TimePoint end = span == Verdict::forever ? TimePoint::max() : clock_.now() + span;
  until_ = std::max(until_, end);
  if (until_ == TimePoint::max()) {
    timer_.cancel();
  } else {
    timer_ = clock_.at(until_, [this] { release(); });
  }
}

void TransferGate::release() {
  if (!std::exchange(held_, false)) return;
  const std::weak_ptr alive(alive_);
  timer_.cancel();
  until_ = {};
  acts_.hold(false);
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& act : waiting) {
    if (alive.expired()) return;
    act();
  }
}

}  // namespace sim800
