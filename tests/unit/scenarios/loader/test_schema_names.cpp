// The schema names what editors complete: every setting and every latency that there is.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "emulator/at/settings.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/core/latency.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

using nlohmann::json;

std::set<std::string> names_at(const char* place) {
  std::set<std::string> names;
  for (const auto& [name, rules] : published_schema().at(json::json_pointer(place)).at("properties").items())
    names.insert(name);
  return names;
}

TEST_CASE("schema: every latency can be completed") {
  std::set<std::string> names;
  for (const LatencyRow& row : latency_rows()) names.emplace(row.name);
  CHECK(names_at("/properties/timing/properties/overrides") == names);
}

TEST_CASE("schema: every setting can be completed") {
  std::set<std::string> names;
  for (const Command* command : all_commands()) {
    if (command->is_setting()) names.emplace(command->name);
  }
  CHECK(fmt::format("{}", names_at("/properties/module/properties/settings")) == fmt::format("{}", names));
}

}  // namespace
}  // namespace sim800
