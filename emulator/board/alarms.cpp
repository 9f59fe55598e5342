// SPDX-License-Identifier: MIT
#include "emulator/board/alarms.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {
namespace {}  // namespace

Alarms::Alarms(Clock& clock, Nvram& nvram, const Rtc& rtc) : clock_(clock), nvram_(nvram), rtc_(rtc) {
  const Nvram::Section* saved = nvram_.find(section);
  if (saved == nullptr) return;
  for (unsigned n = 1; n <= count; ++n) {
    const auto found = saved->find(std::to_string(n));
    if (found == saved->end()) continue;
    const std::size_t bar = std::min(found->second.find('|'), found->second.size());
    alarms_[n - 1] = {found->second.substr(0, bar), found->second.substr(std::min(bar + 1, found->second.size()))};
  }
  rearm();
}

std::optional<unsigned> Alarms::free() const {
  for (unsigned n = 1; n <= count; ++n) {
    if (!alarm(n)) return n;
  }
  return std::nullopt;
}

Result Alarms::set(unsigned n, const Alarm& alarm) {
  if (!next(alarm)) return Cme::invalid_input;
  All changed = alarms_;
  changed[n - 1] = alarm;
  return keep(std::move(changed));
}

Result Alarms::remove(unsigned n) {
  All changed = alarms_;
  changed[n - 1].reset();
  return keep(std::move(changed));
}

/// When it rings next, by the module's clock; never, if its only time has passed.
std::optional<LocalTime> Alarms::next(const Alarm& alarm) const {
  const LocalTime now = rtc_.now();
  if (alarm.days.empty()) {
    const auto once = parse_time(alarm.time);
    return once && *once > now ? once : std::nullopt;
  }
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto time = parse_time("00/01/01," + alarm.time);
  if (!time) return std::nullopt;
  const auto of_day = *time - std::chrono::floor<std::chrono::days>(*time);
  for (int ahead = 0; ahead <= 7; ++ahead) {
    const auto day = today + std::chrono::days{ahead};
    const char weekday = static_cast<char>('0' + std::chrono::weekday{day}.iso_encoding());
    const bool wanted = alarm.days.find('0') != std::string::npos || alarm.days.find(weekday) != std::string::npos;
    if (wanted && day + of_day > now) return day + of_day;
  }
  return std::nullopt;
}

void Alarms::rearm() {
  timer_.cancel();
  due_.clear();
  std::optional<LocalTime> soonest;
  for (unsigned n = 1; n <= count; ++n) {
    const auto when = alarm(n) ? next(*alarm(n)) : std::nullopt;
    if (!when || (soonest && *soonest < *when)) continue;
    if (when != soonest) due_.clear();
    soonest = when;
    due_.push_back(n);
  }
  if (!soonest) return;
  const Duration into_second = clock_.now() % std::chrono::seconds(1);
  timer_ = clock_.after(*soonest - rtc_.now() - into_second, [this] { ring(); });
}

void Alarms::ring() {
  const std::vector<unsigned> ringing = std::exchange(due_, {});
  All changed = alarms_;
  for (const unsigned n : ringing) {
    if (alarm(n)->days.empty()) changed[n - 1].reset();
  }
  // One that cannot be removed has rung all the same: its time has passed.
  if (!keep(std::move(changed)).is_ok()) rearm();
  for (const unsigned n : ringing) on_ring(n);
}

Result Alarms::keep(All changed) {
  Nvram::Section kept;
  for (unsigned n = 1; n <= count; ++n) {
    if (const auto& each = changed[n - 1]) kept.emplace(std::to_string(n), each->time + '|' + each->days);
  }
  if (!nvram_.store(section, std::move(kept))) return Cme::memory_failure;
  alarms_ = std::move(changed);
  rearm();
  return ok;
}

}  // namespace sim800
