// Why a call ends (24.008 10.5.4.11), and what AT+CEER says then (AT manual 3.2.7).
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace sim800 {

namespace call_cause {

inline constexpr int none = 0, unassigned = 1, normal = 16, busy = 17, no_answer = 19, rejected = 21, out_of_order = 27,
                     facility_rejected = 29, network = 38, meter_full = 68, not_in_group = 87;

}  // namespace call_cause

/// In the manual's words; "" for a number that its table does not have.
std::string_view text_of_cause(int number);

}  // namespace sim800
