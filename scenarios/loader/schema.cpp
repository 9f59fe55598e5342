// The JSON Schema of scenario files: valijson judges, what is here finds the place and says what was expected.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;
using Words = std::vector<std::string_view>;

struct Judge {
  explicit Judge(const json& rules) { valijson::SchemaParser().populateSchema(Adapter(rules), schema); }
  bool accepts(const json& value, valijson::ValidationResults* why = nullptr) const {
    return valijson::Validator().validate(schema, Adapter(value), why);
  }
  valijson::Schema schema;
};

struct Schema {
  json rules = json::parse(schema_text());
  Judge judge{rules};
};

const Schema& published() {
  static const Schema schema;
  return schema;
}

const json& resolved(const json& node) {
  const auto reference = node.find("$ref");
  if (reference == node.end()) return node;
  return published().rules.at(json::json_pointer(reference->get<std::string>().substr(1)));
}

bool is_a(const json& value, std::string_view type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return value.type_name() == type;
}

Words words_in(const json& list) {
  Words words;
  for (const json& word : list) words.push_back(word.get<std::string_view>());
  return words;
}

// Types that a node allows; none: any.
Words types_of(const json& node) {
  const auto type = node.find("type");
  if (type == node.end()) return {};
  if (type->is_array()) return words_in(*type);
  return {type->get<std::string_view>()};
}

bool type_fits(const json& node, const json& value) {
  const Words types = types_of(node);
  return types.empty() || std::ranges::any_of(types, [&](std::string_view type) { return is_a(value, type); });
}

std::string in_words(std::string_view type) {
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "string") return "a text";
  if (type == "boolean") return "true or false";
  return type == "integer" ? "a whole number" : "a number";
}

std::string quoted(const Words& words) { return fmt::format("\"{}\"", fmt::join(words, "\", \"")); }

std::string expected_by(const json& node) {
  if (const auto own = node.find("x-expected"); own != node.end()) return *own;
  if (const auto words = node.find("enum"); words != node.end()) {
    std::vector<std::string> texts;
    for (const json& word : *words) texts.push_back(word.dump());
    return fmt::format("{}{}", texts.size() > 1 ? "one of " : "", fmt::join(texts, ", "));
  }
  std::vector<std::string> types;
  for (const std::string_view type : types_of(node)) types.push_back(in_words(type));
  std::string text = fmt::format("{}", fmt::join(types, " or "));
  if (node.contains("minimum") && node.contains("maximum"))
    text += fmt::format(" from {} to {}", node["minimum"].dump(), node["maximum"].dump());
  return text;
}

/// Finds what a schema refuses in a value.
class Explainer {
 public:
  explicit Explainer(Report& report) : report_(report) {}

  void explain(const json& reference, const json& value, const std::string& pointer) {
    const json& node = branch(resolved(reference), value);
    if (!type_fits(node, value) || node.contains("anyOf")) return report_.at_value(pointer, expected_by(node));
    const bool inside = !node.contains("enum");
    if (inside && value.is_object()) return explain_object(node, value, pointer);
    if (inside && value.is_array()) return explain_list(node, value, pointer);
    if (!Judge(node).accepts(value)) report_.at_value(pointer, expected_by(node));
  }

 private:
  // Where there is a choice, the schemas to choose from differ in type.
  static const json& branch(const json& node, const json& value) {
    const auto choices = node.find("anyOf");
    if (choices == node.end()) return node;
    for (const json& choice : *choices) {
      if (type_fits(resolved(choice), value)) return resolved(choice);
    }
    return node;
  }

  void explain_list(const json& node, const json& value, const std::string& pointer) {
    if (value.size() < node.value("minItems", 0U)) report_.at_value(pointer, expected_by(node));
    const auto items = node.find("items");
    if (items == node.end()) return;
    for (std::size_t i = 0; i < value.size(); ++i) explain(*items, value[i], pointer_to(pointer, std::to_string(i)));
  }

  void explain_object(const json& node, const json& value, const std::string& pointer) {
    const json none = json::object();
    const json& known = node.contains("properties") ? node["properties"] : none;
    Words known_names, unknown;
    for (const auto& [name, rules] : known.items()) known_names.push_back(name);
    for (const auto& [key, child] : value.items()) {
      const std::string place = pointer_to(pointer, key);
      if (const auto rules = known.find(key); rules != known.end()) {
        explain(*rules, child, place);
      } else if (const auto others = node.find("additionalProperties"); others != node.end() && others->is_object()) {
        explain_name(node, key, place);
        explain(*others, child, place);
      } else {
        unknown.push_back(key);
        report_.at_key(place, unknown_word("key", key, known_names));
      }
    }
    explain_missing(node, value, pointer, unknown);
    explain_choice(node, value, pointer, unknown);
  }

  void explain_name(const json& node, const std::string& key, const std::string& place) {
    const auto names = node.find("propertyNames");
    if (names == node.end() || Judge(*names).accepts(key)) return;
    report_.at_key(place, "a key that is " + expected_by(*names));
  }

  // A key that is missing because it is misspelt is told of once.
  void explain_missing(const json& node, const json& value, const std::string& pointer, const Words& unknown) {
    bool told = !unknown.empty();
    for (const json& name : node.value("required", json::array())) {
      const auto key = name.get<std::string_view>();
      const auto misspelt = [&](std::string_view word) { return !near_words(word, {key}).empty(); };
      if (value.contains(key) || std::ranges::any_of(unknown, misspelt)) continue;
      report_.at_value(pointer, fmt::format("an object with the key \"{}\"", key));
      told = true;
    }
    if (!told && value.size() < node.value("minProperties", 0U))
      report_.at_value(pointer, node.value("x-expected", "an object with at least one key"));
  }

  // "oneOf" lists keys of which one must be there, "not" keys that exclude each other.
  void explain_choice(const json& node, const json& value, const std::string& pointer, const Words& unknown) {
    const std::string what = node.contains("x-one") ? node["x-one"].get<std::string>() + " key" : "key";
    if (const auto choices = node.find("oneOf"); choices != node.end()) {
      Words names;
      for (const json& choice : *choices) names.push_back(choice.at("required").at(0).get<std::string_view>());
      const Words given = those_in(value, names);
      if (given.empty() && unknown.empty())
        report_.at_value(pointer, fmt::format("an object with one {}: {}", what, quoted(names)));
      if (given.size() > 1) {
        const std::string several = node.contains("x-several") ? "; " + node["x-several"].get<std::string>() : "";
        report_.at_value(pointer_to(pointer, given[1]),
                         fmt::format("only one {}, here are {}{}", what, quoted(given), several));
      }
    }
    if (const auto exclusion = node.find("not"); exclusion != node.end()) {
      const Words rivals = words_in(exclusion->at("required"));
      if (those_in(value, rivals) == rivals)
        report_.at_value(pointer_to(pointer, rivals.back()), fmt::format("only one of {}", quoted(rivals)));
    }
  }

  static Words those_in(const json& value, const Words& names) {
    Words given;
    std::ranges::copy_if(names, std::back_inserter(given), [&](std::string_view name) { return value.contains(name); });
    return given;
  }

  Report& report_;
};

}  // namespace

void check_structure(const json& scenario, Report& report) {
  valijson::ValidationResults why;
  if (published().judge.accepts(scenario, &why)) return;
  const std::size_t before = report.size();
  Explainer(report).explain(published().rules, scenario, "");
  // The judge has the last word, even where this file cannot explain it.
  if (report.size() == before) report.at_value("", "what the schema allows: " + why.begin()->description);
}

}  // namespace sim800
