// Reproducible randomness: a generator for each fault, so that an additional fault does not change the others.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// SplitMix64 (public domain, S. Vigna): small, and good enough to decide whether a byte is lost.
class Chance {
 public:
  /// Streams of one seed are independent.
  Chance(std::uint64_t seed, std::uint64_t stream) : state_(mixed(seed) ^ mixed(~stream)) {}

  std::uint64_t bits() { return mixed(state_ += golden); }
  /// True with this probability, 0 to 1. Draws nothing if the result is certain.
  bool happens(double probability) {
    if (probability <= 0 || probability >= 1) return probability >= 1;
    return static_cast<double>(bits() >> 11) * 0x1.0p-53 < probability;
  }
  /// From `least` to `most`, both included. Draws nothing if they are equal.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least >= most ? least : least + bits() % (most - least + 1);
  }
  Duration in(const DurationRange& range) {
    return Duration(static_cast<Duration::rep>(
        between(static_cast<std::uint64_t>(range.least.count()), static_cast<std::uint64_t>(range.most.count()))));
  }
  /// Another generator derived from this one.
  Chance fork() { return {bits(), 0}; }

 private:
  static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace sim800
