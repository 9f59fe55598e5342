// SPDX-License-Identifier: MIT
// Changes for a while, one above the other.
#include <doctest/doctest.h>

#include <optional>

#include "scenarios/engine/layers.hpp"
#include "scenarios/engine/stage.hpp"

namespace sim800 {
namespace {

struct Pair {
  int a = 0, b = 0;
  bool operator==(const Pair&) const = default;
};
struct Change {
  std::optional<int> a, b;
  void apply(Pair& pair) const {
    pair.a = a.value_or(pair.a);
    pair.b = b.value_or(pair.b);
  }
};
bool covers(const Change& upper, const Change& lower) { return (upper.a || !lower.a) && (upper.b || !lower.b); }

}  // namespace

TEST_CASE("layers: a change that never shows again is forgotten, all others come back") {
  VirtualClock clock;
  Layers<Pair, Change> layers(clock, Pair{1, 1}, [] {});
  layers.add({.a = 2, .b = {}}, 10s);
  layers.add({.a = {}, .b = 2}, 10s);
  CHECK(layers.current() == Pair{2, 2});
  layers.add({.a = 3, .b = {}}, 5s);  // ends before the one below it
  CHECK(layers.size() == 3);
  CHECK(layers.current() == Pair{3, 2});
  clock.advance(5s);
  CHECK(layers.current() == Pair{2, 2});
  layers.add({.a = 4, .b = 4}, 20s);
  CHECK(layers.size() == 1);
  clock.advance(20s);
  CHECK(layers.current() == Pair{1, 1});
  CHECK(layers.size() == 0);
}

TEST_CASE("layers: what is repeated does not pile up, for a while or for good") {
  VirtualClock clock;
  Layers<Pair, Change> layers(clock, Pair{}, [] {});
  layers.add({.a = 1, .b = {}}, 1000h);
  for (int i = 0; i < 100; ++i) {
    layers.add({.a = {}, .b = i}, 1000h);
    layers.add({.a = i, .b = {}}, std::nullopt);
    clock.advance(1s);
  }
  CHECK(layers.size() <= 2);
  CHECK(layers.current() == Pair{99, 99});
}

TEST_CASE("layers: what covers what, of the link and of the serial line") {
  CHECK(covers(LinkChange{.latency = 1s, .blackhole = true}, LinkChange{.latency = 2s}));
  CHECK_FALSE(covers(LinkChange{.latency = 1s}, LinkChange{.latency = 1s, .jitter = 1s}));
  CHECK_FALSE(covers(LinkChange{.latency = 1s}, LinkChange{.down_kbps = 1}));
  CHECK_FALSE(covers(LinkChange{.latency = 1s}, LinkChange{.up_kbps = 1}));
  CHECK_FALSE(covers(LinkChange{.latency = 1s}, LinkChange{.blackhole = false}));
  CHECK_FALSE(covers(LinkChange{}, LinkChange{.latency = 1s}));
  CHECK(covers(NoiseChange{.rx = Noise{}, .tx = Noise{}}, NoiseChange{.rx = {}, .tx = Noise{}}));
  CHECK_FALSE(covers(NoiseChange{.rx = Noise{}, .tx = {}}, NoiseChange{.rx = Noise{}, .tx = Noise{}}));
}

}  // namespace sim800
