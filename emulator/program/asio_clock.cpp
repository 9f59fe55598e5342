// SPDX-License-Identifier: MIT
#include "emulator/program/asio_clock.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <utility>

namespace sim800 {
namespace {

/// In nanoseconds, of either time: far from overflow, whatever is added. With a scale of 1e-6 the module's time gets
/// there in an hour, and stands still.
constexpr double end_of_time = 4e18;

}  // namespace

AsioClock::AsioClock(asio::io_context& loop, double scale)
    : timer_(loop), start_(std::chrono::steady_clock::now()), scale_(scale) {}

TimePoint AsioClock::now() const {
  if (standing_) return origin_;
  const Duration passed = std::chrono::steady_clock::now() - start_;
  if (scale_ == 1.0) return origin_ + passed;
  const double scaled = static_cast<double>(origin_.count()) + static_cast<double>(passed.count()) / scale_;
  return Duration(static_cast<Duration::rep>(std::min(scaled, end_of_time)));
}

void AsioClock::rearm() {
  if (target_) return;
  if (static_cast<double>(next().count()) > end_of_time) return;
  if (standing_ && next() > origin_) return;
  if (next() >= armed_) return;  // it expires early and is armed again: most appointments are cancelled
  armed_ = next();
  const double wait = std::max(0.0, static_cast<double>((next() - origin_).count()) * scale_);
  timer_.expires_at(start_ + Duration(static_cast<Duration::rep>(std::min(wait, end_of_time))));
  timer_.async_wait([this](asio::error_code problem) {
    if (problem) return;
    armed_ = TimePoint::max();
    run_due(now());
    rearm();
  });
}

/// From here on `origin_` is now.
void AsioClock::stand_at(TimePoint instant) {
  origin_ = instant;
  start_ = std::chrono::steady_clock::now();
  timer_.cancel();
  armed_ = TimePoint::max();
}

void AsioClock::go_on() {
  standing_ = paused_;
  rearm();
}

void AsioClock::set_scale(double scale) {
  stand_at(now());
  scale_ = scale;
  rearm();
}

void AsioClock::pause() {
  paused_ = true;
  if (target_) return;
  stand_at(now());
  standing_ = true;
  rearm();
}

void AsioClock::resume() {
  paused_ = false;
  if (target_) return;
  stand_at(now());
  go_on();
}

bool AsioClock::advance(Duration span, std::function<void()> done) {
  if (target_) return false;
  stand_at(now());
  standing_ = true;
  target_ = origin_ + span;
  done_ = std::move(done);
  asio::post(timer_.get_executor(), [this] { step(); });
  return true;
}

void AsioClock::step() {
  const TimePoint until = std::min(*target_, std::max(origin_, next()));
  const bool was_paused = paused_;
  origin_ = until;
  run_due(until);
  const bool stopped = paused_ && !was_paused;  // somebody wants to see this instant
  if (!stopped && (until < *target_ || next() <= until)) return asio::post(timer_.get_executor(), [this] { step(); });
  target_.reset();
  stand_at(until);
  go_on();
  if (const auto done = std::exchange(done_, nullptr)) done();
}

void AsioClock::restart() {
  stand_at({});
  go_on();
}

}  // namespace sim800
