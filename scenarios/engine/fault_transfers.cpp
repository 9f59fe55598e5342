// Faults of transfers: HTTP requests, FTP sessions, sockets.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {
namespace {

bool fits(const TransferTrigger& on, const TransferKind& kind) {
  return on.user == kind.user && (!on.verb || *on.verb == kind.verb) && (!on.socket || *on.socket == kind.socket) &&
         (!on.target || on.target->found_in(kind.target));
}

}  // namespace

/// One transfer, and the faults that it may still trigger; each of them once.
class FaultEngine::Watch final : public TransferWatch {
 public:
  Watch(FaultEngine& engine, TransferKind::User whose, std::vector<Armed*> left)
      : user(whose), engine_(engine), left_(std::move(left)) {
    engine_.watches_.push_back(this);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() override { std::erase(engine_.watches_, this); }

  bool wants(Phase phase) const override {
    const auto waits = [phase](const Armed* armed) {
      return starts(std::get<TransferTrigger>(armed->fault.on), phase);
    };
    return engine_.pending_codes_.contains(user) || std::ranges::any_of(left_, waits);
  }

  Verdict reached(Phase phase) override {
    Verdict verdict;
    const auto pending = engine_.pending_codes_.find(user);
    if (pending != engine_.pending_codes_.end()) {
      verdict.code = pending->second;
      engine_.pending_codes_.erase(pending);
    }
    trigger([phase](const TransferTrigger& on) { return starts(on, phase); }, verdict);
    return verdict;
  }

  Verdict moved(Direction direction, std::uint64_t total) override {
    Verdict verdict;
    trigger([=](const TransferTrigger& on) { return stops(on, direction) && on.after_bytes <= total; }, verdict);
    return verdict;
  }

  std::uint64_t next_stop(Direction direction) const override {
    std::uint64_t next = never;
    for (const Armed* armed : left_) {
      const auto& on = std::get<TransferTrigger>(armed->fault.on);
      if (stops(on, direction)) next = std::min(next, on.after_bytes);
    }
    return next;
  }

  const TransferKind::User user;

 private:
  static bool starts(const TransferTrigger& on, Phase phase) {
    return on.after_bytes == 0 && on.phase.value_or(phase) == phase;
  }
  /// Without a direction, whichever gets that far first.
  static bool stops(const TransferTrigger& on, Direction direction) {
    return on.after_bytes > 0 && on.direction.value_or(direction) == direction;
  }

  template <class Matches>
  void trigger(Matches matches, Verdict& verdict) {
    std::vector<Armed*> all;
    std::erase_if(left_, [&](Armed* armed) {
      if (armed->acting || !matches(std::get<TransferTrigger>(armed->fault.on))) return false;
      if (engine_.due(*armed)) all.push_back(armed);
      return true;
    });
    engine_.act(all, nullptr, &verdict);
  }

  FaultEngine& engine_;
  std::vector<Armed*> left_;
};

std::unique_ptr<TransferWatch> FaultEngine::watch(const TransferKind& kind) {
  std::vector<Armed*> all;
  for (const auto& armed : armed_) {
    const auto* on = std::get_if<TransferTrigger>(&armed->fault.on);
    if (on != nullptr && fits(*on, kind)) all.push_back(armed.get());
  }
  if (all.empty() && std::ranges::find(watched_, kind.user) == watched_.end()) return nullptr;
  return std::make_unique<Watch>(*this, kind.user, std::move(all));
}

void FaultEngine::end_transfer(TransferKind::User user, int code) {
  soon([this, user, code] {
    for (Watch* watch : watches_) {
      if (watch->user != user || !watch->interrupt) continue;
      Verdict verdict;
      verdict.code = code;
      return watch->interrupt(verdict);
    }
    pending_codes_[user] = code;
  });
}

}  // namespace sim800
