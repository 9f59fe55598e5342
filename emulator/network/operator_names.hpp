// The names of the world's networks, as the module itself knows them (AT+COPN, AT manual 3.2.41).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim800 {

struct NetworkConfig;

struct OperatorName {
  std::string_view plmn, name;
};

/// In order of PLMN.
std::span<const OperatorName> operator_names();
/// The number itself for a network that is not in the table.
std::string_view operator_name(std::string_view plmn);
/// The number of a network, whether in reach or not, by its name in a format of AT+COPS: the scenario's or the table's.
std::optional<std::string> plmn_of(const NetworkConfig& network, std::uint32_t format, std::string_view name);

}  // namespace sim800
