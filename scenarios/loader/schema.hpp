// The JSON Schema of scenario files: what it refuses is reported with its place and what was expected there.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "scenarios/json/reader.hpp"

namespace sim800 {

/// scenario.schema.json (draft-07), which is compiled into the program.  Beside the standard's keywords it has:
/// "x-expected", what a message says was expected; "x-one" and "x-several", the same for a choice of keys; "x-key",
/// what the keys of a map are called in the reference.
std::string_view schema_text();

/// Reports every mistake of structure in `scenario`, each once, whatever else it breaks.  Knows the keywords that the
/// schema uses, and no others; the unit tests hold its verdicts against valijson's.
void check_structure(const nlohmann::json& scenario, Report& report);

/// The same for any value; `rules`: a node of a schema, whose references mean this one.
void check_against(const nlohmann::json& rules, const nlohmann::json& value, Report& report);

/// The same for what stands at `pointer` for one of several modules, once its {n} are replaced.
void check_module_structure(const nlohmann::json& module, Report& report, const std::string& pointer);

const nlohmann::json& published_schema();
/// What a node of it that only refers to another one stands for.
const nlohmann::json& resolved_schema(const nlohmann::json& node);

}  // namespace sim800
