// SPDX-License-Identifier: MIT
#include "scenarios/loader/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "protocol/pattern.hpp"
#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

using nlohmann::json;
using Names = std::vector<std::string_view>;

bool is_a(const json& value, std::string_view type) {
  if (type == "integer") return value.is_number_integer();
  return value.type_name() == type;
}

Names names_in(const json& list) {
  Names names;
  for (const json& name : list) names.push_back(name.get<std::string_view>());
  return names;
}

// Types that a node allows; none: any.
Names types_of(const json& node) {
  const auto type = node.find("type");
  if (type == node.end()) return {};
  if (type->is_array()) return names_in(*type);
  return {type->get<std::string_view>()};
}

bool type_fits(const json& node, const json& value) {
  const Names types = types_of(node);
  return types.empty() || std::ranges::any_of(types, [&](std::string_view type) { return is_a(value, type); });
}

bool in_range(const json& node, double number) {
  return !(number < node.value("minimum", number)) && !(number > node.value("maximum", number));
}

std::string in_words(std::string_view type) {
  if (type == "boolean") return "true or false";
  const bool vowel = std::string_view("aeio").find(type.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", type);
}

std::vector<std::string> quoted(const json& values) {
  std::vector<std::string> texts;
  for (const json& value : values) texts.push_back(value.dump());
  return texts;
}

std::string expected_by(const json& node) {
  if (const auto own = node.find("x-expected"); own != node.end()) return *own;
  if (const auto words = node.find("enum"); words != node.end()) return one_of(quoted(*words));
  std::vector<std::string> types;
  for (const std::string_view type : types_of(node)) types.push_back(in_words(type));
  std::string text = fmt::format("{}", fmt::join(types, " or "));
  if (node.contains("minimum") && node.contains("maximum"))
    text += fmt::format(" from {} to {}", node["minimum"].dump(), node["maximum"].dump());
  return text;
}

/// Finds what the schema refuses in a value.
class Checker {
 public:
  explicit Checker(Report& report) : report_(report) {}

  void check(const json& reference, const json& value, const std::string& pointer) {
    if (report_.full()) return;
    const json& node = branch(resolved_schema(reference), value);
    if (!type_fits(node, value) || node.contains("anyOf")) return report_.at_value(pointer, expected_by(node));
    if (too_large(node, value, pointer)) return;
    const bool has_parts = !node.contains("enum");
    if (has_parts && value.is_object()) return check_object(node, value, pointer);
    if (has_parts && value.is_array()) return check_array(node, value, pointer);
    if (!allows(node, value)) report_.at_value(pointer, expected_by(node), {}, meant(node, value));
  }

 private:
  // What is too large is not looked at any further.
  bool too_large(const json& node, const json& value, const std::string& pointer) {
    struct Limit {
      const char *keyword, *what;
      std::optional<std::size_t> size;
    };
    const Limit limits[] = {
        {"maxLength", "characters", value.is_string() ? std::optional(characters(value)) : std::nullopt},
        {"maxItems", "items", value.is_array() ? std::optional(value.size()) : std::nullopt},
        {"maxProperties", "keys", value.is_object() ? std::optional(value.size()) : std::nullopt}};
    for (const auto& [keyword, what, size] : limits) {
      const auto limit = node.find(keyword);
      if (!size || limit == node.end() || *size <= limit->get<std::size_t>()) continue;
      report_.at_value(pointer, fmt::format("at most {} {}", limit->dump(), what), fmt::format("{}", *size));
      return true;
    }
    return false;
  }

  static std::size_t characters(const json& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text.get_ref<const std::string&>(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }

  // Alternative schemas differ in type.
  static const json& branch(const json& node, const json& value) {
    const json* fitting = &node;
    if (const auto choices = node.find("anyOf"); choices != node.end()) {
      const auto fits = [&value](const json& choice) { return type_fits(resolved_schema(choice), value); };
      const auto found = std::ranges::find_if(*choices, fits);
      if (found != choices->end()) fitting = &resolved_schema(*found);
    }
    return *fitting;
  }

  /// Whether a string, a number or another value without parts is one of those that the node describes.
  bool allows(const json& node, const json& value) {
    const auto words = node.find("enum");
    if (words != node.end() && std::ranges::find(*words, value) == words->end()) return false;
    if (const auto excluded = node.find("not"); excluded != node.end() && allows(*excluded, value)) return false;
    if (value.is_number()) return in_range(node, value.get<double>());
    return !value.is_string() || allows_text(node, value.get_ref<const std::string&>());
  }

  bool allows_text(const json& node, const std::string& text) {
    if (text.size() < node.value("minLength", 0U)) return false;  // of use for 1 alone: bytes, not characters
    const auto pattern = node.find("pattern");
    if (pattern == node.end()) return true;
    const auto& source = pattern->get_ref<const std::string&>();
    return patterns_.try_emplace(source, source).first->second.found_in(text);
  }

  // Of a long list the message shows only a part.
  static std::string meant(const json& node, const json& value) {
    const auto words = node.find("enum");
    if (words == node.end() || words->size() <= max_listed || !value.is_string()) return "";
    if (!words->front().is_string()) return "";
    return did_you_mean(value.get_ref<const std::string&>(), names_in(*words));
  }

  void check_array(const json& node, const json& value, const std::string& pointer) {
    if (value.size() < node.value("minItems", 0U)) report_.at_value(pointer, expected_by(node));
    const auto items = node.find("items");
    if (items == node.end()) return;
    for (std::size_t i = 0; i < value.size() && !report_.full(); ++i)
      check(*items, value[i], pointer_to(pointer, std::to_string(i)));
  }

  void check_object(const json& node, const json& value, const std::string& pointer) {
    const json none = json::object();
    const json& known = node.contains("properties") ? node["properties"] : none;
    Names unknown;
    for (const auto& [key, child] : value.items()) {
      if (report_.full()) return;
      const std::string place = pointer_to(pointer, key);
      if (const auto rules = known.find(key); rules != known.end()) {
        check(*rules, child, place);
      } else if (const auto others = node.find("additionalProperties"); others != node.end() && others->is_object()) {
        check_name(node, key, place);
        check(*others, child, place);
      } else if (others != node.end() && *others == true) {
        continue;  // the program checks it itself
      } else {
        unknown.push_back(key);
        refuse_key(known, key, place);
      }
    }
    check_missing(node, value, pointer, unknown);
    check_choice(node, value, pointer, unknown);
  }

  void check_name(const json& node, const std::string& key, const std::string& place) {
    const auto names = node.find("propertyNames");
    if (names != node.end() && !allows(*names, key)) report_.at_key(place, expected_by(*names));
  }

  void refuse_key(const json& known, const std::string& key, const std::string& place) {
    Names names;
    json texts = json::array();
    for (const auto& [name, rules] : known.items()) {
      names.push_back(name);
      texts.push_back(name);
    }
    const std::string hint = did_you_mean(key, names);
    report_.at_key(place, hint.empty() ? one_of(quoted(texts)) : "a known key", {}, hint);
  }

  // A key that is missing because it is misspelt is reported once.
  void check_missing(const json& node, const json& value, const std::string& pointer, const Names& unknown) {
    bool told = !unknown.empty();
    for (const json& name : node.value("required", json::array())) {
      const auto key = name.get<std::string_view>();
      const auto misspelt = [&](std::string_view word) { return !near_words(word, {key}).empty(); };
      if (value.contains(key) || std::ranges::any_of(unknown, misspelt)) continue;
      report_.at_value(pointer, fmt::format("the key \"{}\"", key), "none");
      told = true;
    }
    if (!told && value.size() < node.value("minProperties", 0U))
      report_.at_value(pointer, node.value("x-expected", "at least one key"));
  }

  // "oneOf" lists keys of which one must be there, "not" keys that exclude each other.
  void check_choice(const json& node, const json& value, const std::string& pointer, const Names& unknown) {
    if (const auto choices = node.find("oneOf"); choices != node.end()) {
      json names = json::array();
      for (const json& choice : *choices) names.push_back(choice.at("required").at(0));
      const std::string what = node.value("x-one", "key");
      const Names given = those_in(value, names);
      if (given.empty() && unknown.empty())
        report_.at_value(pointer, fmt::format("one {} ({})", what, listed(quoted(names))));
      if (given.size() > 1)
        report_.at_value(pointer_to(pointer, given[1]), fmt::format("one {}", what),
                         fmt::format("\"{}\"", fmt::join(given, "\" and \"")), node.value("x-several", ""));
    }
    if (const auto exclusion = node.find("not"); exclusion != node.end()) {
      const Names rivals = names_in(exclusion->at("required"));
      if (those_in(value, exclusion->at("required")) == rivals)
        report_.at_value(pointer_to(pointer, rivals.back()),
                         fmt::format("either \"{}\"", fmt::join(rivals, "\" or \"")), "both");
    }
  }

  static Names those_in(const json& value, const json& names) {
    Names given = names_in(names);
    std::erase_if(given, [&value](std::string_view name) { return !value.contains(name); });
    return given;
  }

  Report& report_;
  std::map<std::string, Pattern> patterns_;  ///< by their source: a long file asks for the same few again and again
};

}  // namespace

const json& published_schema() {
  static const json rules = json::parse(schema_text());
  return rules;
}

const json& resolved_schema(const json& node) {
  const json* found = &node;
  for (auto reference = found->find("$ref"); reference != found->end(); reference = found->find("$ref"))
    found = &published_schema().at(json::json_pointer(reference->get<std::string>().substr(1)));
  return *found;
}

void check_structure(const json& scenario, Report& report) {
  // As most runs begin: nothing can be wrong with it, and reading the schema takes a third of a start.
  if (scenario.is_object() && scenario.empty()) return;
  Checker(report).check(published_schema(), scenario, "");
}

void check_against(const json& rules, const json& value, Report& report) { Checker(report).check(rules, value, ""); }

void check_module_structure(const json& module, Report& report, const std::string& pointer) {
  Checker(report).check(published_schema().at(json::json_pointer("/definitions/one_module")), module, pointer);
}

}  // namespace sim800
