// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_time.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr unsigned char negative_zone = 0x08;  // of the tens digit, which comes first

char swapped(int value) { return static_cast<char>(value / 10 | value % 10 << 4); }

int unswapped(char c) {
  const auto octet = static_cast<unsigned char>(c);
  const int tens = octet & 0x0F, units = octet >> 4;
  return tens > 9 || units > 9 ? 0 : tens * 10 + units;
}

}  // namespace

std::string SmsTime::encode() const {
  std::string result;
  for (const int value : {year, month, day, hour, minute, second, std::abs(zone)}) result.push_back(swapped(value));
  if (zone < 0) result.back() = static_cast<char>(result.back() | negative_zone);
  return result;
}

SmsTime SmsTime::decode(std::string_view seven) {
  const bool negative = (seven[6] & negative_zone) != 0;
  const int quarters = unswapped(static_cast<char>(seven[6] & ~negative_zone));
  return {unswapped(seven[0]),
          unswapped(seven[1]),
          unswapped(seven[2]),
          unswapped(seven[3]),
          unswapped(seven[4]),
          unswapped(seven[5]),
          negative ? -quarters : quarters};
}

std::string SmsTime::text() const {
  return fmt::format("{:02}/{:02}/{:02},{:02}:{:02}:{:02}{}{:02}", year, month, day, hour, minute, second,
                     zone < 0 ? '-' : '+', std::abs(zone));
}

std::optional<SmsTime> SmsTime::parse(std::string_view text) {
  constexpr std::string_view pattern = "00/00/00,00:00:00+00";
  if (text.size() != pattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = pattern[i] == '0'   ? is_digit(text[i])
                      : pattern[i] == '+' ? text[i] == '+' || text[i] == '-'
                                          : text[i] == pattern[i];
    if (!fits) return std::nullopt;
  }
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const SmsTime time{two(0), two(3), two(6), two(9), two(12), two(15), text[17] == '-' ? -two(18) : two(18)};
  const bool sound = time.month >= 1 && time.month <= 12 && time.day >= 1 && time.day <= 31 && time.hour <= 23 &&
                     time.minute <= 59 && time.second <= 59 && std::abs(time.zone) <= 79;
  return sound ? std::optional(time) : std::nullopt;
}

}  // namespace sim800
