// A value that actions set, for a while or for good.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "scenarios/engine/layers.hpp"

namespace sim800 {

template <class T>
class Temporary {
 public:
  /// `apply` puts a value into effect.  It is called for each that is set, and when an earlier one comes back.
  Temporary(Clock& clock, const T& base, std::function<void(const T&)> apply)
      : apply_(std::move(apply)), last_(base), layers_(clock, base, [this] { settle(); }) {}

  const T& current() const { return layers_.current(); }
  /// Without a duration it stays.
  void set(const T& value, std::optional<Duration> span) {
    given_ = true;
    layers_.add({value}, span);
  }

 private:
  struct Assignment {
    T value;
    void apply(T& to) const { to = value; }
    friend bool covers(const Assignment& /*upper*/, const Assignment& /*lower*/) { return true; }
  };
  void settle() {
    const bool given = std::exchange(given_, false);
    if (!given && layers_.current() == last_) return;
    last_ = layers_.current();
    apply_(last_);
  }

  std::function<void(const T&)> apply_;
  T last_;
  bool given_ = false;
  Layers<T, Assignment> layers_;
};

}  // namespace sim800
