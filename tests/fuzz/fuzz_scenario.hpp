// Scenario files nobody would write: what the loader must withstand whatever it is given, and a way to make them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace sim800::test {

/// Loads `text` as a scenario. Returns what is wrong with the loader, not with the scenario; nothing: all is well.
std::string loader_fault(std::string_view text);

/// `text` with a few values and keys replaced by others the schema knows, if it is JSON at all.
std::string mutated_scenario(std::string_view text, std::mt19937_64& chance);

}  // namespace sim800::test
