// What tells one module and its card from another: the only part of a world that modules alike do not share.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sim800 {

struct World;

struct Identity {
  std::string imei, imsi, iccid;
  std::string number;  ///< the subscriber's, empty: the card does not know it
  bool operator==(const Identity&) const = default;
};

/// What the scenario says of one module, whatever it says of all.
struct GivenIdentity {
  std::optional<std::string> imei, imsi, iccid, number;
};

Identity identity_of(const World& world);

/// Module `n` of a run, from 0: module 0 has what `world` says, the others count up from there, the same for the same
/// seed; seed 1 counts by one. The check digits of IMEI (3GPP TS 23.003 B) and ICCID (ITU-T E.118) are right.
Identity identity_of(const World& world, const GivenIdentity& given, std::uint64_t seed, unsigned n);

/// The check digit behind these digits (ISO/IEC 7812-1, Luhn).
char luhn_digit(const std::string& digits);

}  // namespace sim800
