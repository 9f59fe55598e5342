// Reads what a scenario expects, and checks what the schema cannot.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// One of the list; nothing after a mistake, which is reported.
std::optional<Expectation> read_expectation(const Value& entry);

/// Adds to `into` what the whole scenario `file` expects, once its faults have been read.
void read_expectations(const Value& file, Scenario& into);

/// The same for a JSON text of its own, such as {"never": {"line": "CMGD"}}. Throws ScenarioError.
std::shared_ptr<const Expectation> parse_expectation(std::string_view text, const std::string& source);

}  // namespace sim800
