// A setting that faults change for a while: changes lie on each other, and each goes when its time is up.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <utility>

#include "emulator/core/clock.hpp"

namespace sim800 {

/// `Change` has void apply(Model&) const; of two that want the same, the later one has it while both last.
template <class Model, class Change>
class Layers {
 public:
  /// `changed` is called within add() and when a change has gone.
  Layers(Clock& clock, Model base, std::function<void()> changed)
      : clock_(clock), base_(base), current_(base), changed_(std::move(changed)) {}

  const Model& current() const { return current_; }

  /// Without a span it stays.
  void add(Change change, std::optional<Duration> span) {
    const auto added = layers_.insert(layers_.end(), Layer{std::move(change), {}, span.has_value()});
    if (span) {
      added->end = clock_.after(*span, [this, added] {
        layers_.erase(added);
        settle();
      });
    }
    settle();
  }

 private:
  struct Layer {
    Change change;
    Timer end;
    bool passes;
  };

  void settle() {
    // What stays and has nothing under it that goes becomes the ground, so that layers do not pile up.
    for (; !layers_.empty() && !layers_.front().passes; layers_.pop_front()) layers_.front().change.apply(base_);
    current_ = base_;
    for (const Layer& layer : layers_) layer.change.apply(current_);
    changed_();
  }

  Clock& clock_;
  Model base_, current_;
  std::function<void()> changed_;
  std::list<Layer> layers_;
};

}  // namespace sim800
