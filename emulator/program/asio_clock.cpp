// SPDX-License-Identifier: MIT
#include "emulator/program/asio_clock.hpp"

#include <algorithm>
#include <asio/io_context.hpp>

namespace sim800 {
namespace {

/// In nanoseconds, of either time: far from overflow, whatever is added. With a scale of 1e-6 the module's time gets
/// there in an hour, and stands still.
constexpr double end_of_time = 4e18;

}  // namespace

AsioClock::AsioClock(asio::io_context& loop, double scale)
    : timer_(loop), start_(std::chrono::steady_clock::now()), scale_(scale) {}

TimePoint AsioClock::now() const {
  const Duration passed = std::chrono::steady_clock::now() - start_;
  if (scale_ == 1.0) return passed;
  return Duration(static_cast<Duration::rep>(std::min(static_cast<double>(passed.count()) / scale_, end_of_time)));
}

void AsioClock::rearm() {
  if (static_cast<double>(next().count()) > end_of_time) return;
  if (next() >= armed_) return;  // it expires early and is armed again: most appointments are cancelled
  armed_ = next();
  const auto wait = static_cast<Duration::rep>(std::min(static_cast<double>(next().count()) * scale_, end_of_time));
  timer_.expires_at(start_ + Duration(wait));
  timer_.async_wait([this](asio::error_code problem) {
    if (problem) return;
    armed_ = TimePoint::max();
    run_due(now());
    rearm();
  });
}

}  // namespace sim800
