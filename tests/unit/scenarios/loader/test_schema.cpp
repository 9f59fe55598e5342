// The checker against a library that knows all of JSON Schema: they accept and refuse the same files.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "scenarios/loader/loader.hpp"
#include "scenarios/loader/schema.hpp"
#include "tests/fuzz/fuzz_scenario.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800 {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

bool library_accepts(const json& scenario) {
  static const valijson::Schema* const schema = [] {
    static valijson::Schema parsed;
    const json rules = json::parse(schema_text());
    valijson::SchemaParser().populateSchema(Adapter(rules), parsed);
    return &parsed;
  }();
  return valijson::Validator().validate(*schema, Adapter(scenario), nullptr);
}

bool checker_accepts(const std::string& text) {
  const LayeredJson placed(text, "f");
  Report report(placed);
  check_structure(placed.root(), report);
  return report.size() == 0;
}

void collect_keywords(const json& node, std::set<std::string>& keywords) {
  for (const auto& [keyword, value] : node.items()) {
    keywords.insert(keyword);
    if (keyword == "properties" || keyword == "definitions") {
      for (const json& child : value) collect_keywords(child, keywords);
    } else if (keyword != "default" && keyword != "examples" && keyword != "enum" && value.is_structured()) {
      for (const json& child : value.is_array() ? value : json::array({value})) {
        if (child.is_object()) collect_keywords(child, keywords);
      }
    }
  }
}

TEST_CASE("schema: the checker accepts and refuses what a schema library accepts and refuses") {
  std::vector<std::string> texts{"{}", R"({"serial": {"baud": 115200}})"};
  for (const auto& [name, file] : shipped_files({test::source_dir() + "/scenarios"})) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    texts.push_back(text.str());
  }
  std::mt19937_64 chance(1);
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string text = test::mutated_scenario(texts[chance() % texts.size()], chance);
    CAPTURE(text);
    const bool accepted = library_accepts(json::parse(text));
    REQUIRE(checker_accepts(text) == accepted);
    if (!accepted) ++refused;
    if (accepted && i % 8 == 0) texts.push_back(text);
  }
  CHECK(refused > 300);
  CHECK(refused < 1450);
}

TEST_CASE("schema: the checker knows every keyword that the schema uses") {
  const std::set<std::string> known{"$ref",       "additionalProperties",
                                    "anyOf",      "enum",
                                    "items",      "maxItems",
                                    "maxLength",  "maxProperties",
                                    "maximum",    "minItems",
                                    "minLength",  "minProperties",
                                    "minimum",    "not",
                                    "oneOf",      "pattern",
                                    "properties", "propertyNames",
                                    "required",   "type"};
  const std::set<std::string> without_meaning{"$id",         "$schema",  "default",  "definitions",
                                              "description", "examples", "title",    "x-expected",
                                              "x-key",       "x-one",    "x-several"};
  std::set<std::string> used;
  collect_keywords(json::parse(schema_text()), used);
  for (const std::string& keyword : used) {
    CAPTURE(keyword);
    CHECK((known.contains(keyword) || without_meaning.contains(keyword)));
  }
  CHECK(used.size() > 20);
}

}  // namespace
}  // namespace sim800
