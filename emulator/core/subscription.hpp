// What the network provides to the module's subscriber, and what it charges (22.004, 22.024).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// A closed user group (22.085).
struct ClosedUserGroup {
  unsigned index = 0;
  std::vector<std::string> members;
  bool outgoing_access = true, incoming_access = true;  ///< calls to and from numbers outside it
};

struct Subscription {
  bool barring = true, forwarding = true, waiting = true, hold = true, multiparty = true;
  bool clip = true, colp = true;
  /// What happens to the module's own number where the host says nothing (27.007 7.7, <m>).
  enum class Clir : std::uint8_t { not_provisioned, permanent, restricted, allowed };
  Clir clir = Clir::allowed;
  std::string barring_password = "0000";
  std::optional<ClosedUserGroup> group;
};

/// What a call costs, in home units.
struct Tariff {
  unsigned set_up = 0;  ///< once, when it is answered
  unsigned units = 1;   ///< for each period that has begun
  Duration period = std::chrono::seconds(60);
};

}  // namespace sim800
