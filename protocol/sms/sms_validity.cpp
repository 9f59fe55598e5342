// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_validity.hpp"

#include <algorithm>

namespace sim800 {
namespace {

using namespace std::chrono;

constexpr int absolute_format = 3;

seconds relative_period(unsigned value) {
  if (value <= 143) return minutes(5) * (value + 1);
  if (value <= 167) return hours(12) + minutes(30) * (value - 143);
  if (value <= 196) return days(1) * (value - 166);
  return weeks(1) * (value - 192);
}

/// Since some day long ago, in GMT.
seconds instant_of(const SmsTime& time) {
  const year_month_day date(year(2000 + time.year), month(static_cast<unsigned>(time.month)),
                            day(static_cast<unsigned>(time.day)));
  return sys_days(date).time_since_epoch() + hours(time.hour) + minutes(time.minute) + seconds(time.second) -
         minutes(15) * time.zone;
}

}  // namespace

std::optional<seconds> sms_validity(const Sms& submitted, const SmsTime& now) {
  if (submitted.validity.size() == 1) return relative_period(static_cast<unsigned char>(submitted.validity[0]));
  if (submitted.validity.size() != SmsTime::octets || (submitted.first_octet >> 3 & 3) != absolute_format)
    return std::nullopt;
  return std::max(instant_of(SmsTime::decode(submitted.validity)) - instant_of(now), seconds::zero());
}

}  // namespace sim800
