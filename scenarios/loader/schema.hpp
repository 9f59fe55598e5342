// The JSON Schema of scenario files: the library that judges them by it names neither places nor what was expected;
// both are added here.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "scenarios/json/reader.hpp"

namespace sim800 {

/// scenario.schema.json (draft-07), which is compiled into the program.  Beside the standard's keywords it has:
/// "x-expected", what a mistake says was expected there; "x-one" and "x-several", the same for a choice of keys;
/// "x-key", what the keys of a map are called in the reference.
std::string_view schema_text();

/// Notes every mistake of structure in `scenario`: each once, whatever it breaks besides.
void check_structure(const nlohmann::json& scenario, Report& report);

}  // namespace sim800
