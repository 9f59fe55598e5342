// The radio link changes, for a while or for good: {"link": {"latency_ms": 2000, "blackhole": true}, "for": "30s"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct LinkAction final : Action {
  void apply(Stage& stage) const override { stage.effects.change_link(change, span); }
  Needs needs() const override { return {.relay = true}; }
  LinkChange change;
  std::optional<Duration> span;
};

std::optional<Duration> milliseconds(const Value& value) {
  const auto number = value.number();
  if (!number) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(*number));
}

/// 0, which means no limit, or a rate at which a byte takes less than a second.
std::optional<double> rate(const Value& value) {
  constexpr double least = 0.01;
  const auto number = value.number();
  if (number && *number > 0 && *number < least) value.refuse("0, or a number from 0.01 to 1000000");
  return number;
}

std::optional<std::uint32_t> burst(const Value& value) {
  const auto number = value.integer();
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

}  // namespace

LinkChange read_link_change(const Value& link) {
  return {.latency = milliseconds(link["latency_ms"]),
          .jitter = milliseconds(link["jitter_ms"]),
          .down_kbps = rate(link["down_kbps"]),
          .up_kbps = rate(link["up_kbps"]),
          .blackhole = link["blackhole"].flag(),
          .loss = link["loss"].number(),
          .burst = burst(link["burst"]),
          .dns = link["dns_delay"].duration_range()};
}

std::shared_ptr<const Action> read_link(const Value& action) {
  auto read = std::make_shared<LinkAction>();
  read->change = read_link_change(action["link"]);
  action["for"].read(read->span);
  return read;
}

}  // namespace sim800
