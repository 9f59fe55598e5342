// SPDX-License-Identifier: MIT
#include "emulator/core/rtc.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

/// Digits where `pattern` has 0, a sign where it has +, the same character elsewhere.
bool matches(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = pattern[i] == '0'   ? is_digit(text[i])
                      : pattern[i] == '+' ? text[i] == '+' || text[i] == '-'
                                          : text[i] == pattern[i];
    if (!fits) return false;
  }
  return true;
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

}  // namespace

std::optional<LocalTime> parse_time(std::string_view text) {
  if (!matches(text, "00/00/00,00:00:00")) return std::nullopt;
  const auto two = [text](std::size_t at) { return two_digits(text, at); };
  const std::chrono::year_month_day date{std::chrono::year{2000 + two(0)},
                                         std::chrono::month{static_cast<unsigned>(two(3))},
                                         std::chrono::day{static_cast<unsigned>(two(6))}};
  if (!date.ok() || two(9) > 23 || two(12) > 59 || two(15) > 59) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{two(9)} + std::chrono::minutes{two(12)} +
         std::chrono::seconds{two(15)};
}

std::string to_text(LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:02}/{:02}/{:02},{:02}:{:02}:{:02}", static_cast<int>(date.year()) % 100,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string Rtc::text() const {
  return fmt::format("{}{}{:02}", to_text(now()), zone_ < 0 ? '-' : '+', std::abs(zone_));
}

std::optional<Rtc::Setting> Rtc::parse(std::string_view text) {
  constexpr std::string_view zone_pattern = "+00";
  if (text.size() < zone_pattern.size()) return std::nullopt;
  const std::string_view zone_text = text.substr(text.size() - zone_pattern.size());
  const auto time = parse_time(text.substr(0, text.size() - zone_pattern.size()));
  if (!time || !matches(zone_text, zone_pattern)) return std::nullopt;
  const int zone = (zone_text[0] == '-' ? -1 : 1) * two_digits(zone_text, 1);
  if (zone < -47 || zone > 48) return std::nullopt;
  return Setting{*time, zone};
}

bool Rtc::set(Setting setting) {
  if (setting.zone != zone_ && store_zone && !store_zone(setting.zone)) return false;
  at_start_ = setting.time - elapsed();
  zone_ = setting.zone;
  if (on_set) on_set();
  return true;
}

}  // namespace sim800
