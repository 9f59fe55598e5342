// The names of the world's networks, as the module itself knows them (AT+COPN, AT manual 3.2.41).
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace sim800 {

struct OperatorName {
  std::string_view plmn, name;
};

/// In order of PLMN.
std::span<const OperatorName> operator_names();
/// The number itself for a network that is not in the table.
std::string_view operator_name(std::string_view plmn);

}  // namespace sim800
