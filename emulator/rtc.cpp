// SPDX-License-Identifier: MIT
#include "emulator/rtc.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "protocol/characters.hpp"

namespace sim800 {

using std::chrono::floor;

std::string Rtc::text() const {
  const auto now = at_start_ + floor<std::chrono::seconds>(clock_.now());
  const auto day = floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{now - day};
  return fmt::format("{:02}/{:02}/{:02},{:02}:{:02}:{:02}{}{:02}", static_cast<int>(date.year()) % 100,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), zone_ < 0 ? '-' : '+', std::abs(zone_));
}

bool Rtc::set(std::string_view text) {
  constexpr std::string_view pattern = "00/00/00,00:00:00+00";
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = pattern[i] == '0'   ? is_digit(text[i])
                      : pattern[i] == '+' ? text[i] == '+' || text[i] == '-'
                                          : text[i] == pattern[i];
    if (!fits) return false;
  }
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const std::chrono::year_month_day date{std::chrono::year{2000 + two(0)},
                                         std::chrono::month{static_cast<unsigned>(two(3))},
                                         std::chrono::day{static_cast<unsigned>(two(6))}};
  const int zone = (text[17] == '-' ? -1 : 1) * two(18);
  if (!date.ok() || two(9) > 23 || two(12) > 59 || two(15) > 59 || zone < -47 || zone > 48) return false;
  const auto now = std::chrono::sys_days{date} + std::chrono::hours{two(9)} + std::chrono::minutes{two(12)} +
                   std::chrono::seconds{two(15)};
  at_start_ = now - floor<std::chrono::seconds>(clock_.now());
  zone_ = zone;
  return true;
}

}  // namespace sim800
