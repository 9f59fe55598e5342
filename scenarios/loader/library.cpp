// Finds scenarios: files by path, and those that ship by name.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "scenarios/json/nearest.hpp"
#include "scenarios/loader/combine.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

// /dev/zero is a file too.
constexpr std::size_t longest_file = std::size_t{4} << 20;

// A message stays a message.
constexpr std::size_t max_named = 12, max_guesses = 3;

[[noreturn]] void fail(const std::string& file, std::string expected, std::string found, std::string hint = {}) {
  throw ScenarioError(
      {{.file = file, .expected = std::move(expected), .found = std::move(found), .hint = std::move(hint)}});
}

ScenarioFile read_file(const fs::path& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> part{};
  while (stream.read(part.data(), part.size()) || stream.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > longest_file) fail(path.string(), "a scenario file of at most 4 MiB", "more");
  }
  if (!stream.is_open() || stream.bad())
    fail(path.string(), "a scenario file", "none that can be read", std::generic_category().message(errno));
  return {path, std::move(text)};
}

[[noreturn]] void fail_unknown(const std::string& name, const std::vector<fs::path>& shipped) {
  std::vector<std::string> names;
  for (const auto& [known, file] : shipped_files(shipped)) names.push_back(known);
  if (names.empty()) fail(name, "a scenario file", "none", "no scenarios ship with this program");
  const auto near = near_words(fs::path(name).stem().string(), {names.begin(), names.end()});
  std::string hint;
  if (!near.empty()) {
    const auto end = near.begin() + std::min(near.size(), max_guesses);
    hint = fmt::format("did you mean \"{}\"?", fmt::join(near.begin(), end, "\" or \""));
  } else if (names.size() > max_named) {
    hint = fmt::format("\"sim800 scenarios\" lists the {} that ship", names.size());
  } else {
    hint = fmt::format("those that ship are \"{}\"", fmt::join(names, "\", \""));
  }
  fail(name, "a file, or the name of a scenario that ships", "neither", hint);
}

}  // namespace

std::map<std::string, fs::path> shipped_files(const std::vector<fs::path>& shipped) {
  std::map<std::string, fs::path> files;
  for (const fs::path& directory : shipped) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(directory, missing)) {
      const fs::path stem = entry.path().stem();
      // scenario.schema.json is in the same folder and is not a scenario.
      if (entry.path().extension() == ".json" && !stem.has_extension())
        files.emplace(stem.string(), entry.path().lexically_normal());
    }
  }
  return files;
}

ScenarioFile find_scenario(const std::string& name, const std::vector<fs::path>& shipped) {
  return find_beside(name, {}, shipped);
}

ScenarioFile find_beside(const std::string& name, const fs::path& folder, const std::vector<fs::path>& shipped) {
  std::error_code failed;
  const fs::path beside = folder / name;
  if (fs::exists(beside, failed) && !fs::is_directory(beside, failed)) return read_file(beside);
  if (!name.empty() && name.find('/') == name.npos) {
    for (const fs::path& directory : shipped) {
      for (const char* extension : {"", ".json"}) {
        const fs::path path = directory / (name + extension);
        if (fs::is_regular_file(path, failed)) return read_file(path);
      }
    }
  }
  if (fs::is_directory(beside, failed)) fail(name, "a scenario file", "a directory");
  fail_unknown(name, shipped);
}

Scenario load_scenario(const std::string& name, const std::vector<fs::path>& shipped) {
  return *parse_modules(combine({name}, {}, shipped)).front().scenario;
}

}  // namespace sim800
