// SPDX-License-Identifier: MIT
#include "scenarios/loader/event_pace.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace sim800 {
namespace {

constexpr Duration least_period = 1ms;
constexpr double most = 10'000;        // actions in a second of real time
constexpr double rounding = 1 + 1e-9;  // what is meant to be equal is

}  // namespace

std::optional<std::string> EventPace::refuse(std::optional<Duration> period, std::size_t actions) {
  if (!period) return std::nullopt;
  if (*period < least_period) return "a duration of at least 1ms";
  const double wanted = static_cast<double>(actions) / (std::chrono::duration<double>(*period).count() * scale_);
  rate_ += wanted;
  if (rate_ <= most * rounding) return std::nullopt;
  if (wanted <= most * rounding)
    return fmt::format("a longer one: all events together do at most {} actions in a second of real time", most);
  const double least_ms = 1000 * static_cast<double>(actions) / most / scale_;
  return fmt::format("a duration of at least {:g}ms for {} action{} with a time scale of {:g}",
                     std::ceil(least_ms / rounding), actions, actions == 1 ? "" : "s", scale_);
}

}  // namespace sim800
