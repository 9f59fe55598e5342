// `sim800 check`, `sim800 scenarios` and `sim800 schema`: scenario files without a module.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/core/personality.hpp"
#include "emulator/program/cli/cli.hpp"
#include "protocol/text/characters.hpp"
#include "scenarios/loader/combine.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

/// For people, or as the workflow commands of GitHub Actions, which show each at its line.
class MistakePrinter {
 public:
  explicit MistakePrinter(bool for_github) : for_github_(for_github) {}

  void error(const ScenarioMistake& mistake) const {
    if (!for_github_) return fmt::print(stderr, "{}\n", mistake.text());
    std::string place = "file=" + property(mistake.file);
    if (mistake.line > 0) place += fmt::format(",line={},col={}", mistake.line, mistake.column);
    ScenarioMistake rest = mistake;
    rest.file.clear();
    rest.line = 0;
    std::string what = rest.text();
    if (what.starts_with(": ")) what.erase(0, 2);
    fmt::print("::error {}::{}\n", place, message(what));
  }

  void warning(const std::string& file, const std::string& doubt) const {
    if (!for_github_) return fmt::print(stderr, "{}: warning: {}\n", file, doubt);
    fmt::print("::warning file={}::{}\n", property(file), message(doubt));
  }

 private:
  static std::string message(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
      if (c == '%' || c == '\r' || c == '\n')
        escaped += fmt::format("%{:02X}", c);
      else
        escaped += c;
    }
    return escaped;
  }

  static std::string property(std::string_view text) {
    std::string escaped;
    for (const char c : message(text)) {
      if (c == ':' || c == ',')
        escaped += fmt::format("%{:02X}", c);
      else
        escaped += c;
    }
    return escaped;
  }

  bool for_github_;
};

/// What these make, or nothing once their mistakes are reported.
std::optional<Combined> combine_or_tell(const std::vector<std::string>& names, const std::vector<std::string>& settings,
                                        const MistakePrinter& printer, std::vector<ModuleScenario>* modules = nullptr) {
  try {
    Combined combined = combine(names, settings, shipped_scenarios());
    auto parsed = parse_modules(combined);
    if (modules != nullptr) *modules = std::move(parsed);
    return combined;
  } catch (const ScenarioError& error) {
    for (const ScenarioMistake& mistake : error.mistakes) printer.error(mistake);
    return std::nullopt;
  }
}

int check(const std::vector<std::string>& files, bool for_github) {
  const MistakePrinter printer(for_github);
  int status = 0;
  for (const std::string& file : files) {
    std::vector<ModuleScenario> modules;
    if (combine_or_tell({file}, {}, printer, &modules)) {
      const std::string doubt = doubt_about(modules.front().scenario->world.module);
      if (!doubt.empty()) printer.warning(file, doubt);
      fmt::print("{}: ok\n", file);
    } else {
      status = usage_error;
    }
  }
  return status;
}

bool has_word(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, [](char a, char b) { return to_lower(a) == to_lower(b); }).empty();
}

struct ListOptions {
  std::vector<std::string> words;
  bool as_json = false;
};

int list(const ListOptions& options) {
  auto rows = nlohmann::ordered_json::array();
  std::size_t width = 0;
  int status = 0;
  for (const auto& [name, file] : shipped_files(shipped_scenarios())) {
    std::vector<ModuleScenario> modules;
    if (!combine_or_tell({file}, {}, MistakePrinter(false), &modules)) {
      status = usage_error;
      continue;
    }
    const std::string& description = modules.front().scenario->world.description;
    const std::string text = fmt::format("{} {}", name, description);
    if (!std::ranges::all_of(options.words, [&](const std::string& word) { return has_word(text, word); })) continue;
    rows.push_back({{"name", name}, {"description", description}, {"file", file}});
    width = std::max(width, name.size());
  }
  if (options.as_json) {
    fmt::print("{}\n", rows.dump(2));
  } else {
    for (const auto& row : rows)
      fmt::print("{:<{}}  {}\n", row["name"].get<std::string>(), width, row["description"].get<std::string>());
  }
  if (!rows.empty() || options.words.empty()) return status;
  fmt::print(stderr, "sim800: expected words of a scenario's name or description, found none with \"{}\"\n",
             fmt::join(options.words, " "));
  return usage_error;
}

/// With its keys in the order of the schema.
nlohmann::ordered_json in_order(const nlohmann::json& value, const nlohmann::ordered_json& rules) {
  if (!value.is_object()) return value;
  nlohmann::ordered_json ordered = nlohmann::ordered_json::object();
  const auto known = rules.value("properties", nlohmann::ordered_json::object());
  for (const auto& [key, rule] : known.items()) {
    if (const auto found = value.find(key); found != value.end()) ordered[key] = in_order(*found, rule);
  }
  for (const auto& [key, part] : value.items()) {
    if (!ordered.contains(key)) ordered[key] = part;
  }
  return ordered;
}

int show(const std::vector<std::string>& names, const std::vector<std::string>& settings) {
  const auto combined = combine_or_tell(names, settings, MistakePrinter(false));
  if (!combined) return usage_error;
  const auto rules = nlohmann::ordered_json::parse(schema_text());
  fmt::print("{}\n", in_order(combined->json.root(), rules).dump(2));
  return 0;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  struct Checked {
    std::vector<std::string> files;
    std::string format;
  };
  const auto given = std::make_shared<Checked>();
  CLI::App* command = app.add_subcommand("check", "Check scenario files and report every mistake with its place");
  command->add_option("FILE", given->files, "Scenario files, or names of those that ship")->required();
  command->add_option("--format", given->format, "text (default), or github: as workflow commands of GitHub Actions")
      ->check(CLI::IsMember({"text", "github"}));
  command->callback([given, &status] { status = check(given->files, given->format == "github"); });
}

void add_scenarios(CLI::App& app, int& status) {
  const auto given = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("scenarios", "List the scenarios that ship");
  command->add_option("WORD", given->words, "Only those with these words in their name or description");
  command->add_flag("--json", given->as_json, "As JSON");

  struct Shown {
    std::vector<std::string> names, settings;
  };
  const auto shown = std::make_shared<Shown>();
  CLI::App* shows = command->add_subcommand("show", "Print what scenarios make together, with what they extend");
  shows->add_option("SCENARIO", shown->names, "Scenario files, or names of those that ship")->required();
  shows->add_option("--set", shown->settings, "Lay this over them, such as network.signal.rssi=3 (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->callback([given, shown, shows, &status] {
    status = shows->parsed() ? show(shown->names, shown->settings) : list(*given);
  });
}

void add_schema(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of scenario files");
  command->callback([&status] {
    fmt::print("{}", schema_text());
    status = 0;
  });
}

}  // namespace sim800
