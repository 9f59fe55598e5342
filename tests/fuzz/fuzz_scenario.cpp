// Scenario files nobody would write.
// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzz_scenario.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "scenarios/loader/loader.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800::test {
namespace {

using nlohmann::json;

// Keys and values to change others for.
struct Words {
  std::vector<std::string> keys{"", "a", "*"};
  std::vector<json> values{
      nullptr, true,  false,    0,       1,      -1,     99,  2.5,         1e300, 18446744073709551615U, "",
      "x",     "\n",  "5s",     "1000h", "+420", "1234", "*", "127.0.0.1", "::1", json::array(),         json::object(),
      "[",     "(a)", "AT+CSQ", "+CMEE"};
};

void collect(const json& node, Words& words) {
  if (node.is_object()) {
    for (const auto& [key, child] : node.items()) {
      words.keys.push_back(key);
      if (key == "enum" || key == "examples") words.values.insert(words.values.end(), child.begin(), child.end());
      if (key == "default") words.values.push_back(child);
    }
  }
  for (const json& child : node) {
    if (child.is_structured()) collect(child, words);
  }
}

const Words& words() {
  static const Words all = [] {
    Words found;
    collect(json::parse(schema_text()), found);
    return found;
  }();
  return all;
}

void find_nodes(json& node, std::vector<json*>& nodes) {
  nodes.push_back(&node);
  if (!node.is_structured()) return;
  for (json& child : node) find_nodes(child, nodes);
}

void change(json& root, std::mt19937_64& chance) {
  const auto below = [&chance](std::size_t end) { return static_cast<std::size_t>(chance() % end); };
  std::vector<json*> nodes;
  find_nodes(root, nodes);
  json& node = *nodes[below(nodes.size())];
  const json& value = words().values[below(words().values.size())];
  if (node.is_object() && below(4) != 0) {
    node[words().keys[below(words().keys.size())]] = value;
  } else if (node.is_array() && below(4) != 0) {
    node.push_back(node.empty() || below(2) == 0 ? value : json(node[below(node.size())]));
  } else if (node.is_structured() && !node.empty() && below(2) == 0) {
    node.erase(std::next(node.begin(), static_cast<std::ptrdiff_t>(below(node.size()))));
  } else {
    node = below(2) == 0 ? value : json(*nodes[below(nodes.size())]);
  }
}

}  // namespace

std::string loader_fault(std::string_view text) {
  try {
    parse_scenario(text, "f");
    return "";
  } catch (const ScenarioError& error) {
    std::set<std::string> seen;
    if (error.mistakes.empty()) return "refused, and nothing is said";
    for (const ScenarioMistake& mistake : error.mistakes) {
      const bool whole_file = error.mistakes.size() > max_mistakes || text.size() > PlacedJson::max_size;
      if ((mistake.line < 1 || mistake.column < 1) && !whole_file) return "no place: " + mistake.text();
      if (mistake.expected.empty()) return "nothing was expected: " + mistake.text();
      if (mistake.found.empty()) return "nothing was found: " + mistake.text();
      if (mistake.text().find('\n') != std::string::npos) return "more than a line: " + mistake.text();
      if (!seen.insert(mistake.text()).second) return "said twice: " + mistake.text();
    }
    return "";
  } catch (const std::exception& error) {
    return std::string("gives up: ") + error.what();
  }
}

std::string mutated_scenario(std::string_view text, std::mt19937_64& chance) {
  json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) root = json::object();
  for (auto count = 1 + chance() % 4; count > 0; --count) change(root, chance);
  return root.dump(static_cast<int>(chance() % 3) - 1);
}

}  // namespace sim800::test
