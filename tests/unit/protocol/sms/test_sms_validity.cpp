// Validity periods (3GPP TS 23.040 9.2.3.12).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>

#include "protocol/sms/sms_validity.hpp"

using namespace sim800;
using namespace std::chrono_literals;

namespace {

const SmsTime now{26, 1, 31, 23, 0, 0, 4};

Sms relative(unsigned char value) {
  Sms message;
  message.first_octet = 0x11;
  message.validity = std::string(1, static_cast<char>(value));
  return message;
}

Sms until(const SmsTime& time, std::uint8_t first_octet = 0x19) {
  Sms message;
  message.first_octet = first_octet;
  message.validity = time.encode();
  return message;
}

}  // namespace

TEST_CASE("SMS validity: relative") {
  CHECK(sms_validity(relative(0), now) == 5min);
  CHECK(sms_validity(relative(143), now) == 12h);
  CHECK(sms_validity(relative(144), now) == 12h + 30min);
  CHECK(sms_validity(relative(167), now) == 24h);
  CHECK(sms_validity(relative(168), now) == 48h);
  CHECK(sms_validity(relative(196), now) == 24h * 30);
  CHECK(sms_validity(relative(197), now) == 24h * 7 * 5);
  CHECK(sms_validity(relative(255), now) == 24h * 7 * 63);
}

TEST_CASE("SMS validity: until a time, in whatever zone") {
  CHECK(sms_validity(until({26, 2, 1, 0, 0, 0, 4}), now) == 1h);
  CHECK(sms_validity(until({26, 1, 31, 23, 0, 0, 0}), now) == 1h);
  CHECK(sms_validity(until({26, 1, 31, 22, 59, 59, 4}), now) == 0s);
}

TEST_CASE("SMS validity: none, or one in the enhanced format") {
  CHECK_FALSE(sms_validity(Sms{}, now));
  CHECK_FALSE(sms_validity(until(now, 0x09), now));
}
