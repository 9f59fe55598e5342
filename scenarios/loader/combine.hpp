// Scenarios that are made of others: several in a row, those that a file extends, and single settings on top.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/json/layered.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {

/// The most files that one scenario is made of, and that extend each other in a row.
inline constexpr std::size_t max_files = 100, max_extends = 16;

struct Combined {
  std::vector<ScenarioFile> files;  ///< each once, in the order in which they are laid over each other
  LayeredJson json;                 ///< without "extends"
  /// Files and settings, for a message about the whole.
  std::string sources() const;
};

/// Lays the scenarios `names` over each other in this order, each behind those that it extends, then `settings`
/// ("network.signal.rssi=3").  Names are as in find_scenario(); a file that comes up twice counts where it came first.
/// Throws ScenarioError; of what the schema refuses nothing is said yet.
Combined combine(const std::vector<std::string>& names, const std::vector<std::string>& settings,
                 const std::vector<std::filesystem::path>& shipped);

/// Its modules; see parse_modules() for a text.  Throws ScenarioError.
std::vector<ModuleScenario> parse_modules(const Combined& combined);

/// The keys that lead to a place, from "network.hosts.www.sim.com" or "/network/hosts/www.sim.com".  Names with dots
/// in them are told apart by what the schema knows.
std::vector<std::string> path_of(std::string_view key);

}  // namespace sim800
