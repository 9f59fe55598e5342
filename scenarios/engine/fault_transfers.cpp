// Faults of transfers: HTTP requests, FTP sessions, sockets.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {
namespace {

constexpr std::size_t remembered = 4096;  ///< bytes in which a pattern may be found

const TransferTrigger* transfer_trigger(const Awaited& awaited) { return std::get_if<TransferTrigger>(&awaited.on); }

}  // namespace

/// One transfer, and the faults that it may still trigger; each of them once, except by what passes.
class FaultEngine::Watch final : public TransferWatch {
 public:
  Watch(FaultEngine& engine, TransferKind whose, std::vector<std::shared_ptr<Armed>> left)
      : kind(std::move(whose)), engine_(engine) {
    for (auto& armed : left) may_trigger(std::move(armed));
    engine_.watches_.push_back(this);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() override { std::erase(engine_.watches_, this); }

  void may_trigger(std::shared_ptr<Armed> armed) { left_.push_back({std::move(armed), {}}); }

  bool wants(Phase phase) const override {
    const TransferReached what{kind, phase};
    const auto waits = [&what](const Left& left) { return left.could() && match(left.armed->fault->on, what); };
    return engine_.next_transfer_ || engine_.pending_codes_.contains(kind.user) || std::ranges::any_of(left_, waits);
  }

  Verdict reached(Phase phase) override {
    Verdict verdict = std::exchange(engine_.next_transfer_, std::nullopt).value_or(Verdict());
    const auto pending = engine_.pending_codes_.find(kind.user);
    if (pending != engine_.pending_codes_.end()) {
      verdict.code = pending->second;
      engine_.pending_codes_.erase(pending);
    }
    trigger(TransferReached{kind, phase}, verdict);
    return verdict;
  }

  Verdict moved(Direction direction, std::uint64_t total) override {
    Verdict verdict;
    trigger(TransferMoved{kind, direction, total}, verdict);
    return verdict;
  }

  std::uint64_t next_stop(Direction direction) const override {
    std::uint64_t next = never;
    for (const Left& left : left_) {
      const TransferTrigger& on = left.on();
      if (left.could() && match(left.armed->fault->on, TransferMoved{kind, direction, never}))
        next = std::min(next, on.after_bytes);
    }
    return next;
  }

  bool wants_content() const override {
    return std::ranges::any_of(left_, [](const Left& left) { return left.could() && left.on().content; });
  }

  Verdict content(Direction direction, std::string_view bytes) override {
    Verdict verdict;
    std::vector<Due> all;
    if (engine_.on_occurrence) engine_.on_occurrence(TransferCarried{kind, direction, bytes});
    for (Left& left : left_) {
      if (!left.could() || !left.on().content || left.armed->acting) continue;
      std::string& passed = left.passed.at(static_cast<std::size_t>(direction));
      passed += bytes;
      auto found = match(left.armed->fault->on, TransferCarried{kind, direction, passed});
      if (passed.size() > remembered) passed.erase(0, passed.size() - remembered);
      if (!found) continue;
      passed.clear();
      if (engine_.due(*left.armed)) all.push_back({left.armed, std::move(*found)});
    }
    engine_.act(all, nullptr, &verdict);
    return verdict;
  }

  const TransferKind kind;

 private:
  struct Left {
    std::shared_ptr<Armed> armed;
    std::array<std::string, 2> passed;  ///< in each direction, for a pattern
    bool could() const { return !armed->removed; }
    const TransferTrigger& on() const { return std::get<TransferTrigger>(armed->fault->on); }
  };

  void trigger(const Occurrence& what, Verdict& verdict) {
    std::vector<Due> all;
    if (engine_.on_occurrence) engine_.on_occurrence(what);
    std::erase_if(left_, [&](const Left& left) {
      if (!left.could()) return true;
      if (left.armed->acting) return false;
      auto found = match(left.armed->fault->on, what);
      if (!found) return false;
      if (engine_.due(*left.armed)) all.push_back({left.armed, std::move(*found)});
      return true;
    });
    engine_.act(all, nullptr, &verdict);
  }

  FaultEngine& engine_;
  std::vector<Left> left_;
};

std::unique_ptr<TransferWatch> FaultEngine::watch(const TransferKind& kind) {
  std::vector<std::shared_ptr<Armed>> all;
  for (const auto& armed : armed_) {
    const TransferTrigger* on = transfer_trigger(*armed->fault);
    if (on == nullptr || armed->removed || !fits(*on, kind)) continue;
    ++armed->sessions;
    if (on->session == 0 || on->session == armed->sessions) all.push_back(armed);
  }
  if (all.empty() && on_occurrence) on_occurrence(TransferReached{kind, Phase::dns});
  if (all.empty() && std::ranges::find(watched_, kind.user) == watched_.end()) return nullptr;
  return std::make_unique<Watch>(*this, kind, std::move(all));
}

/// A step begins to wait for something in a transfer: in those in progress, too.
void FaultEngine::join_transfers(const std::shared_ptr<Armed>& armed) {
  const TransferTrigger* on = transfer_trigger(*armed->fault);
  if (on == nullptr || on->session != 0) return;
  for (Watch* watch : watches_) {
    if (fits(*on, watch->kind)) watch->may_trigger(armed);
  }
}

void FaultEngine::end_transfer(TransferKind::User user, int code) {
  soon([this, user, code] {
    for (Watch* watch : watches_) {
      if (watch->kind.user != user || !watch->interrupt) continue;
      Verdict verdict;
      verdict.code = code;
      return watch->interrupt(verdict);
    }
    pending_codes_[user] = code;
  });
}

void FaultEngine::act_on_transfers(const Verdict& verdict) {
  soon([this, verdict] {
    bool any = false;
    for (Watch* watch : std::vector(watches_)) {
      // One may have ended another.
      if (std::ranges::find(watches_, watch) == watches_.end() || !watch->interrupt) continue;
      any = true;
      watch->interrupt(verdict);
    }
    if (!any) next_transfer_ = verdict;
  });
}

}  // namespace sim800
