// SPDX-License-Identifier: MIT
#include "scenarios/loader/combine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "scenarios/json/reader.hpp"
#include "scenarios/loader/modules_reader.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

[[noreturn]] void fail(ScenarioMistake mistake) { throw ScenarioError({std::move(mistake)}); }

/// The same for a file whatever it is called by.
std::string identity(const fs::path& path) {
  std::error_code failed;
  const fs::path canonical = fs::canonical(path, failed);
  return failed ? path.string() : canonical.string();
}

class Combiner {
 public:
  Combiner(Combined& into, const std::vector<fs::path>& shipped) : into_(into), shipped_(shipped) {}

  void add(ScenarioFile file) {
    const std::string id = identity(file.path);
    if (std::ranges::find(done_, id) != done_.end()) return;
    const std::string source = file.path.string();
    if (done_.size() + chain_.size() >= max_files)
      fail({.file = source, .expected = fmt::format("at most {} files", max_files), .found = "one more"});
    auto text = std::make_shared<const PlacedJson>(file.text);
    chain_.push_back(id);
    for (const Parent& parent : parents(*text, source)) add_parent(parent, file.path, *text);
    chain_.pop_back();
    done_.push_back(id);
    into_.json.add({source, std::move(text)});
    into_.files.push_back(std::move(file));
  }

 private:
  struct Parent {
    std::string name, pointer;
  };

  static std::vector<Parent> parents(const PlacedJson& text, const std::string& source) {
    const json* extends = nullptr;
    if (text.parsed() && text.root().is_object() && text.root().contains("extends")) extends = &text.root()["extends"];
    if (extends == nullptr) return {};
    if (extends->is_string()) return {{*extends, "/extends"}};
    std::vector<Parent> parents;
    bool sound = extends->is_array();
    for (std::size_t i = 0; sound && i < extends->size(); ++i) {
      sound = (*extends)[i].is_string();
      if (sound) parents.push_back({(*extends)[i], fmt::format("/extends/{}", i)});
    }
    if (!sound)
      refuse(text, source, "/extends", "a scenario's file, or the name of one that ships, or an array of those");
    return parents;
  }

  void add_parent(const Parent& parent, const fs::path& child, const PlacedJson& text) {
    const std::string source = child.string();
    std::optional<ScenarioFile> file;
    try {
      file = find_beside(parent.name, child.parent_path(), shipped_);
    } catch (const ScenarioError& error) {
      const ScenarioMistake& why = error.mistakes.front();
      refuse(text, source, parent.pointer, why.expected, why.hint.empty() ? why.found : why.hint);
    }
    if (std::ranges::find(chain_, identity(file->path)) != chain_.end())
      refuse(text, source, parent.pointer, "a scenario that does not extend this one");
    if (chain_.size() >= max_extends)
      refuse(text, source, parent.pointer, fmt::format("at most {} scenarios that extend each other", max_extends));
    add(std::move(*file));
  }

  [[noreturn]] static void refuse(const PlacedJson& text, const std::string& source, const std::string& pointer,
                                  std::string expected, std::string hint = {}) {
    auto [place, found] = text.value_at(pointer);
    fail({.file = source,
          .line = place.line,
          .column = place.column,
          .pointer = pointer,
          .expected = std::move(expected),
          .found = std::move(found),
          .hint = std::move(hint)});
  }

  Combined& into_;
  const std::vector<fs::path>& shipped_;
  std::vector<std::string> done_, chain_;
};

/// {"network": {"signal": {"rssi": 3}}} of "network.signal.rssi=3".
LayeredJson::Layer layer_of(const std::string& setting) {
  const std::string source = "--set " + setting;
  const std::size_t equals = setting.find('=');
  if (equals == setting.npos || equals == 0)
    fail({.file = source, .expected = "KEY=VALUE, such as network.signal.rssi=3", .found = "\"" + setting + "\""});
  const std::string written = setting.substr(equals + 1);
  json value = json::parse(written, nullptr, false);
  if (value.is_discarded()) value = written;  // a text needs no quotation marks
  const std::vector<std::string> path = path_of(std::string_view(setting).substr(0, equals));
  if (path.front() == "extends") {
    fail({.file = source,
          .expected = "a key other than \"extends\"",
          .found = "\"extends\"",
          .hint = "scenarios to lay over each other stand on the command line themselves"});
  }
  for (auto key = path.rbegin(); key != path.rend(); ++key) value = json{{*key, std::move(value)}};
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return {source, std::make_shared<const PlacedJson>(text), false};
}

}  // namespace

std::string Combined::sources() const {
  std::vector<std::string> names;
  for (const LayeredJson::Layer& layer : json.layers()) names.push_back(layer.source);
  return fmt::format("{}", fmt::join(names, ", "));
}

Combined combine(const std::vector<std::string>& names, const std::vector<std::string>& settings,
                 const std::vector<fs::path>& shipped) {
  Combined combined;
  Combiner combiner(combined, shipped);
  for (const std::string& name : names) combiner.add(find_scenario(name, shipped));
  if (names.empty()) combined.json = LayeredJson("{}", "");
  for (const std::string& setting : settings) combined.json.add(layer_of(setting));
  combined.json.forget("extends");
  return combined;
}

std::vector<ModuleScenario> parse_modules(const Combined& combined) {
  const LayeredJson& json = combined.json;
  Report report(json);
  std::vector<ModuleScenario> modules;
  if (json.parsed()) {
    check_structure(json.root(), report);
    if (json.root().is_object() && json.root().contains("extends"))
      report.at_key("/extends", "no \"extends\" in a text that has no file");
    report.one_for_each_place();
    modules = ModulesReader(json.root(), report).read(report.size() == 0);
  }
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return modules;
}

}  // namespace sim800
