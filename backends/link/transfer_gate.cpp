// TransferGate: applying verdicts.
// SPDX-License-Identifier: MIT
#include "backends/link/transfer_gate.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {

TransferGate::TransferGate(Clock& clock, std::unique_ptr<TransferWatch> watch, Acts acts)
    : clock_(clock), watch_(std::move(watch)), acts_(std::move(acts)) {
  if (!watch_) return;
  watch_->interrupt = [this, alive = std::weak_ptr(alive_)](const Verdict& verdict) {
    if (alive.expired()) return;
    obey(verdict, [this](const Verdict& rest) {
      // A transfer that has been told to end does not wait for that any longer.
      if (goes_on(rest) && !rest.nothing()) release();
    });
  };
}

void TransferGate::forget() {
  watch_.reset();
  timer_.cancel();
  waiting_.clear();
  held_ = false;
  limit_ = TransferWatch::never;
}

void TransferGate::carry(const Relay& relay) {
  relays_.clear();
  carry_also(relay);
  let_cut(&relay);
}

void TransferGate::carry_also(const Relay& relay) {
  relays_.emplace_back(relay.core());
  if (held_) stall_relay(*relay.core(), true);
}

void TransferGate::let_cut(const Relay* relay) {
  cut_next_.reset();
  if (relay != nullptr) cut_next_ = relay->core();
}

void TransferGate::cut_all(Verdict::Cut how) {
  for (const auto& relay : relays_) {
    if (const auto core = relay.lock()) cut_relay(*core, how);
  }
}

void TransferGate::stall(bool on) const {
  for (const auto& relay : relays_) {
    if (const auto core = relay.lock()) stall_relay(*core, on);
  }
}

void TransferGate::reach(Phase phase, const Next& next) {
  const bool wanted = wants(phase);
  reached_.at(static_cast<std::size_t>(phase)) = true;
  if (!wanted) return held_ ? waiting_.push_back(next) : next();
  ask([phase](TransferWatch& watch) { return watch.reached(phase); }, next);
}

void TransferGate::moved(Direction direction, std::uint64_t total, const Next& next) {
  asked_.at(static_cast<std::size_t>(direction)) = total;
  ask([direction, total](TransferWatch& watch) { return watch.moved(direction, total); }, next);
}

template <class Question>
void TransferGate::ask(Question question, const Next& next) {
  const std::weak_ptr alive(alive_);
  const auto watch = watch_;
  if (!watch) return next();
  const Verdict verdict = question(*watch);
  if (alive.expired() || watch != watch_) return;
  obey(verdict, [this, next](const Verdict& rest) {
    if (goes_on(rest)) next();
  });
}

std::uint64_t TransferGate::stop(Direction direction) const {
  const std::uint64_t next = watch_ ? watch_->next_stop(direction) : TransferWatch::never;
  return next > asked_.at(static_cast<std::size_t>(direction)) ? next : TransferWatch::never;
}

void TransferGate::truncate(const Next& next) {
  Verdict verdict;
  verdict.cut = Verdict::Cut::close;
  if (goes_on(verdict)) next();
}

bool TransferGate::may_move(Direction direction, std::uint64_t total) {
  if (!watch_) return true;
  const std::weak_ptr alive(alive_);
  const auto watch = watch_;
  const auto free = [&] { return !alive.expired() && watch == watch_ && !held_; };
  const Next nothing = [] {};
  if (free() && !reached(Phase::data)) reach(Phase::data, nothing);
  if (free() && total >= stop(direction)) moved(direction, total, nothing);
  if (free() && total >= limit_) truncate(nothing);
  return free();
}

void TransferGate::passed(Direction direction, std::string_view bytes) {
  if (wants_content()) ask([=](TransferWatch& watch) { return watch.content(direction, bytes); }, [] {});
}

std::size_t TransferGate::allowed(Direction direction, std::uint64_t total, std::size_t count) const {
  if (!watch_) return count;
  const std::uint64_t end = std::min(stop(direction), limit_);
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, end - std::min(end, total)));
}

void TransferGate::obey(Verdict verdict, const std::function<void(const Verdict&)>& then) {
  limit_ = std::min(limit_, verdict.truncate_after.value_or(TransferWatch::never));
  verdict.truncate_after.reset();
  const auto span = std::exchange(verdict.hold, std::nullopt);
  if (span || (held_ && verdict.nothing())) {
    waiting_.emplace_back([then, verdict] { then(verdict); });
    if (span) hold(*span);
  } else {
    then(verdict);
  }
}

// False: the transfer has ended, and may be gone.
bool TransferGate::goes_on(const Verdict& verdict) {
  if (verdict.nothing()) return true;
  if (!verdict.code && !verdict.dns_fails) {
    if (const auto core = cut_next_.lock()) cut_relay(*core, verdict.cut);
  }
  const std::weak_ptr alive(alive_);
  const auto watch = watch_;
  const auto end = acts_.end;
  const bool ended = end(verdict);
  if (alive.expired()) return false;
  if (ended) forget();
  return watch == watch_;
}

void TransferGate::hold(Duration span) {
  if (!std::exchange(held_, true)) stall(true);
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
  stall(false);
  const auto waiting = std::exchange(waiting_, {});
  const auto resume = acts_.resume;
  if (resume) resume();
  for (const auto& act : waiting) {
    if (alive.expired() || !watch_) return;
    act();
  }
}

}  // namespace sim800
