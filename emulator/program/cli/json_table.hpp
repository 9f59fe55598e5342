// JSON for people: lists of objects as tables, objects as lines.
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sim800 {

std::string json_table(const nlohmann::ordered_json& value);

}  // namespace sim800
