// SPDX-License-Identifier: MIT
// Every key of a setting names a value that a command keeps.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "emulator/commands/command_list.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

struct FoundKey {
  std::string kind, name, command;
  std::size_t value;
};

/// Those of the sources, as they are written there.  Whatever else makes a key of a text is not one of them.
std::vector<FoundKey> keys_of_the_sources() {
  static const std::regex constant(
      R"re(^inline constexpr (Number|Text)Key (\w+)\{"([^"]+)"(?:, (\d+))?\};(?: *///< \S.*)?$)re");
  static const std::regex of_a_text(R"re((Number|Text)Key\b.*")re");
  std::vector<FoundKey> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() + "/emulator")) {
    if (entry.path().extension() != ".hpp" && entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!std::regex_search(line, of_a_text)) continue;
      CAPTURE(entry.path().string());
      CAPTURE(line);
      std::smatch parts;
      REQUIRE(std::regex_match(line, parts, constant));
      found.push_back({parts[1], parts[2], parts[3], parts[4].matched ? std::stoul(parts[4]) : 0});
    }
  }
  return found;
}

std::size_t values_kept(const Command& row) {
  return row.list.empty() ? row.kept() : static_cast<std::size_t>(std::ranges::count(row.list, ',')) + 1;
}

}  // namespace

TEST_CASE("every setting's key stands for a value that is kept, of its kind, on all models") {
  const std::vector<FoundKey> keys = keys_of_the_sources();
  CHECK(keys.size() > 100);
  for (const FoundKey& key : keys) {
    CAPTURE(key.name);
    std::vector<const Command*> rows;
    std::ranges::copy_if(all_commands(), std::back_inserter(rows),
                         [&](const Command* row) { return row->name == key.command && row->is_setting(); });
    CHECK_FALSE(rows.empty());
    for (const Command* row : rows) {
      REQUIRE(key.value < values_kept(*row));
      CHECK((row->kept_parameter(key.value).kind == Parameter::Kind::number) == (key.kind == "Number"));
    }
  }
}

TEST_CASE("no value has two keys, no key two values") {
  std::set<std::string> names;
  std::set<std::pair<std::string, std::size_t>> values;
  for (const FoundKey& key : keys_of_the_sources()) {
    CAPTURE(key.name);
    CHECK(names.insert(key.name).second);
    CHECK(values.emplace(key.command, key.value).second);
  }
}

}  // namespace sim800::test
