// SPDX-License-Identifier: MIT
#include "emulator/core/identity.hpp"

#include <algorithm>

#include "emulator/core/world.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

/// Adds to the number that the last digits of a text are, at most `width` of them; what is carried beyond is lost.
void count_up(std::string& text, std::uint64_t by, int width) {
  std::uint64_t carried = by;
  for (auto digit = text.rbegin(); digit != text.rend() && is_digit(*digit) && width > 0; ++digit, --width) {
    carried += static_cast<std::uint64_t>(*digit - '0');
    *digit = static_cast<char>('0' + carried % 10);
    carried /= 10;
  }
}

/// The same where the last digit checks the others.
void count_up_checked(std::string& text, std::uint64_t by, int width) {
  if (text.empty()) return;
  text.pop_back();
  count_up(text, by, width);
  text += luhn_digit(text);
}

}  // namespace

char luhn_digit(const std::string& digits) {
  unsigned sum = 0;
  bool twice = true;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, twice = !twice) {
    const unsigned value = static_cast<unsigned>(*digit - '0') * (twice ? 2 : 1);
    sum += value / 10 + value % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

Identity identity_of(const World& world) {
  return {world.module.imei, world.sim.imsi, world.sim.iccid, world.sim.number};
}

Identity identity_of(const World& world, const GivenIdentity& given, std::uint64_t seed, unsigned n) {
  constexpr std::uint64_t between_seeds = 10'007;  // prime: runs beside each other have few identities in common
  constexpr std::uint64_t others = 999'999;        // serial numbers besides the first module's
  Identity identity = identity_of(world);
  if (n > 0) {
    const std::uint64_t by = 1 + (n - 1 + (seed + others - 1) % others * between_seeds) % others;
    count_up_checked(identity.imei, by, 6);  // the serial number behind the type allocation code
    count_up(identity.imsi, by, 9);
    count_up_checked(identity.iccid, by, 9);
    count_up(identity.number, by, 7);
  }
  identity.imei = given.imei.value_or(identity.imei);
  identity.imsi = given.imsi.value_or(identity.imsi);
  identity.iccid = given.iccid.value_or(identity.iccid);
  identity.number = given.number.value_or(identity.number);
  return identity;
}

}  // namespace sim800
