// Module time and everything that waits for it. Tests own a clock and move it; the program has one on the event loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "emulator/core/duration.hpp"

namespace sim800 {

class Clock;

/// An appointment.  Destroying it cancels it.
class [[nodiscard]] Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept : clock_(std::exchange(other.clock_, nullptr)), key_(other.key_) {}
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { cancel(); }
  void cancel();

 private:
  friend Clock;
  using Key = std::pair<TimePoint, std::uint64_t>;
  Timer(Clock& clock, Key key) : clock_(&clock), key_(key) {}
  Clock* clock_ = nullptr;
  Key key_{};
};

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;

  /// Calls `act` once, `delay` from now. Appointments at the same instant keep the order in which they were made.
  Timer after(Duration delay, std::function<void()> act) { return at(now() + delay, std::move(act)); }
  Timer at(TimePoint when, std::function<void()> act);
  /// Like after(), but without a delay `act` runs before it returns.
  Timer soon(Duration delay, const std::function<void()>& act) {
    if (delay > Duration::zero()) return after(delay, act);
    act();
    return {};
  }

  /// co_await clock.sleep(1s); a delay of zero does not suspend.
  auto sleep(Duration delay) {
    struct Awaiter {
      Clock& clock;
      Duration delay;
      Timer timer{};
      bool await_ready() const noexcept { return delay <= Duration::zero(); }
      void await_suspend(std::coroutine_handle<> self) {
        timer = clock.after(delay, [self] { self.resume(); });
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, delay};
  }
  auto sleep_until(TimePoint when) { return sleep(when - now()); }

  /// Whether an appointment is due that has not been kept yet.
  bool is_due() const { return next() <= now(); }

 protected:
  /// Runs everything due at or before `now`, in order.
  void run_due(TimePoint now);
  /// The next appointment, or TimePoint::max().
  TimePoint next() const { return queue_.empty() ? TimePoint::max() : queue_.begin()->first.first; }
  /// next() may have changed.
  virtual void rearm() = 0;

 private:
  friend Timer;
  std::map<Timer::Key, std::function<void()>> queue_;
  std::uint64_t made_ = 0;
};

/// Time that moves only when told to: hours pass in no time, always in the same way.
class VirtualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  /// Lets time pass; each appointment on the way runs at its own instant.
  void advance(Duration span);
  /// Jumps to the next appointment and runs it; false if there is none.
  bool advance_to_next();

 private:
  void rearm() override {}
  TimePoint now_{};
};

}  // namespace sim800
