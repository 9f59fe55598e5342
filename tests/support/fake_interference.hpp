// Faults set by a test, and a record of what was asked.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/link/interference.hpp"

namespace sim800::test {

struct FakeInterference final : Interference {
  using Stop = std::pair<Direction, std::uint64_t>;

  struct Watch final : TransferWatch {
    explicit Watch(FakeInterference& all) : owner(all) {}
    ~Watch() override { owner.running = nullptr; }
    bool wants(Phase phase) const override { return std::ranges::find(owner.unwanted, phase) == owner.unwanted.end(); }
    Verdict reached(Phase phase) override {
      owner.phases.push_back(phase);
      if (owner.on_reached) owner.on_reached(phase);
      const auto found = owner.at_phase.find(phase);
      return found == owner.at_phase.end() ? Verdict{} : found->second;
    }
    Verdict moved(Direction direction, std::uint64_t total) override {
      owner.stops.emplace_back(direction, total);
      const auto found = owner.at_stop.find({direction, total});
      return found == owner.at_stop.end() ? Verdict{} : found->second;
    }
    std::uint64_t next_stop(Direction direction) const override {
      for (const auto& [stop, verdict] : owner.at_stop) {
        const bool asked = std::find(owner.stops.begin(), owner.stops.end(), stop) != owner.stops.end();
        if (stop.first == direction && !asked) return stop.second;
      }
      return never;
    }
    FakeInterference& owner;
  };

  std::unique_ptr<TransferWatch> watch(const TransferKind& kind) override {
    kinds.push_back(kind);
    if (!watches) return nullptr;
    auto made = std::make_unique<Watch>(*this);
    running = made.get();
    return made;
  }
  bool needs_relay() const override { return relay; }
  bool has(Phase phase) const { return std::find(phases.begin(), phases.end(), phase) != phases.end(); }

  std::map<Phase, Verdict> at_phase;
  std::map<Stop, Verdict> at_stop;
  std::function<void(Phase)> on_reached;
  std::vector<Phase> unwanted;  // no fault waits for these
  bool watches = true, relay = false;

  std::vector<TransferKind> kinds;
  std::vector<Phase> phases;
  std::vector<Stop> stops;
  Watch* running = nullptr;
};

inline Verdict hold(Duration span) {
  Verdict verdict;
  verdict.hold = span;
  return verdict;
}
inline Verdict end_with(int code) {
  Verdict verdict;
  verdict.code = code;
  return verdict;
}
inline Verdict dns_fails() {
  Verdict verdict;
  verdict.dns_fails = true;
  return verdict;
}
inline Verdict cut(Verdict::Cut how) {
  Verdict verdict;
  verdict.cut = how;
  return verdict;
}
inline Verdict truncate_after(std::uint64_t count) {
  Verdict verdict;
  verdict.truncate_after = count;
  return verdict;
}

}  // namespace sim800::test
