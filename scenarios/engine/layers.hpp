// A setting that faults change for a while: changes are stacked, and each is removed when its time is up.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <utility>

#include "emulator/core/clock.hpp"

namespace sim800 {

/// `Change` has void apply(Model&) const and bool covers(…): if two set the same thing, the later one wins while both
/// last, and one that is under a later one for as long as it lasts is forgotten.
template <class Model, class Change>
class Layers {
 public:
  /// `changed` is called within add() and when a change was removed.
  Layers(Clock& clock, const Model& base, std::function<void()> changed)
      : clock_(clock), base_(base), current_(base), changed_(std::move(changed)) {}

  const Model& current() const { return current_; }
  /// Changes that are kept because they may have an effect later.
  std::size_t size() const { return layers_.size(); }

  /// Without a duration it stays.
  void add(Change change, std::optional<Duration> span) {
    const TimePoint end = span ? clock_.now() + *span : TimePoint::max();
    std::erase_if(layers_, [&](const Layer& layer) { return layer.end <= end && covers(change, layer.change); });
    const auto added = layers_.insert(layers_.end(), Layer{std::move(change), end, {}});
    if (span) {
      added->timer = clock_.after(*span, [this, added] {
        layers_.erase(added);
        settle();
      });
    }
    settle();
  }

 private:
  struct Layer {
    Change change;
    TimePoint end;
    Timer timer;
    bool passes() const { return end != TimePoint::max(); }
  };

  void settle() {
    // A permanent change at the bottom is merged into the base, so that layers do not pile up.
    for (; !layers_.empty() && !layers_.front().passes(); layers_.pop_front()) layers_.front().change.apply(base_);
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
