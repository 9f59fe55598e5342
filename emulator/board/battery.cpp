// SPDX-License-Identifier: MIT
#include "emulator/board/battery.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sim800 {
namespace {

constexpr Duration period = 1s;

struct Point {
  double percent, millivolts;
};
/// Of one lithium cell at rest.
constexpr Point curve[] = {{0, 3300},  {1, 3350},  {5, 3450},  {10, 3600}, {20, 3700},
                           {50, 3830}, {80, 4000}, {93, 4147}, {100, 4200}};

double resting_voltage(double percent) {
  const auto* above = std::ranges::find_if(curve, [percent](const Point& point) { return point.percent >= percent; });
  if (above == std::begin(curve)) return above->millivolts;
  const Point& high = *above;
  const Point& low = *std::prev(above);
  const double share = (percent - low.percent) / (high.percent - low.percent);
  return low.millivolts + share * (high.millivolts - low.millivolts);
}

/// Hardware design guide: warns at 3.5 V, switches off below 3.4 V.  A battery is never above its range.
Supply range_of(int millivolts) {
  if (millivolts < 3400) return Supply::under_voltage_off;
  return millivolts <= 3500 ? Supply::under_voltage : Supply::normal;
}

}  // namespace

Battery::Battery(Clock& clock, const BatteryConfig& config)
    : clock_(clock), config_(config), level_(config.level), charger_(config.charger), since_(clock.now()) {}

void Battery::power_on() {
  pass_time();
  on_ = true;
  supply_ = range_of(static_cast<int>(std::lround(resting_voltage(level_))));
  on_supply(supply_);
  look();
}

void Battery::power_off() {
  pass_time();
  on_ = busy_ = false;
  next_.cancel();
}

/// What the load and the charger have done since the last look.
void Battery::pass_time() {
  const TimePoint now = clock_.now();
  const double hours = std::chrono::duration<double, std::ratio<3600>>(now - std::exchange(since_, now)).count();
  double current = on_ ? -(busy_ ? config_.busy_ma : config_.idle_ma) : 0;
  if (charges()) current = full_ ? 0 : current + config_.charge_ma;  // a full one is left alone
  level_ = std::clamp(level_ + 100 * current * hours / config_.capacity_mah, 0.0, 100.0);
  full_ = charges() && (full_ || level_ >= 100);
}

void Battery::look() {
  pass_time();
  if (!on_) return;
  busy_ = works();
  next_ = clock_.after(period, [this] { look(); });
  const Supply now = range_of(millivolts());
  if (std::exchange(supply_, now) != now) on_supply(now);
  if (level_ <= 0) on_empty();
}

int Battery::level() {
  pass_time();
  return std::clamp(static_cast<int>(std::lround(level_)), 1, 100);
}

int Battery::millivolts() {
  pass_time();
  const bool sags = on_ && works();
  return static_cast<int>(std::lround(resting_voltage(level_) - (sags ? config_.sag_mv : 0)));
}

Battery::Charging Battery::charging() {
  pass_time();
  if (!charges()) return Charging::no;
  return full_ ? Charging::finished : Charging::yes;
}

void Battery::put_level(double percent) {
  pass_time();
  level_ = percent;
  full_ = false;
  look();
}

void Battery::put_charger(bool connected) {
  pass_time();
  charger_ = connected;
  look();
}

}  // namespace sim800
