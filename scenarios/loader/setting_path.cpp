// Where a setting of the command line belongs.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/loader/combine.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

using nlohmann::json;

const json nothing = json::object();

/// As an object: of what may also be a list the one with keys.
const json& as_object(const json& reference) {
  const json& node = resolved_schema(reference);
  const auto choices = node.find("anyOf");
  if (choices == node.end()) return node;
  for (const json& choice : *choices) {
    if (resolved_schema(choice).contains("properties")) return resolved_schema(choice);
  }
  return node;
}

const json& part(const json& node, std::string_view name) {
  const auto found = node.find(name);
  return found != node.end() && found->is_object() ? *found : nothing;
}

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts;
  for (std::size_t end = text.find(mark); end != text.npos; end = text.find(mark)) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.emplace_back(text);
  return parts;
}

std::vector<std::string> path_of_pointer(std::string_view pointer) {
  std::vector<std::string> path = split(pointer.substr(1), '/');
  for (std::string& key : path) {
    for (const auto& [written, meant] : {std::pair{"~1", "/"}, {"~0", "~"}})
      for (auto at = key.find(written); at != key.npos; at = key.find(written, at + 1)) key.replace(at, 2, meant);
  }
  return path;
}

/// How much of "my.apn.user" is the name of something that has keys of its own.
std::size_t name_length(std::string_view rest, const json& values) {
  const json& known = part(values, "properties");
  for (std::size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.', dot + 1)) {
    if (known.contains(rest.substr(dot + 1, rest.find('.', dot + 1) - dot - 1))) return dot;
  }
  return rest.size();
}

}  // namespace

std::vector<std::string> path_of(std::string_view key) {
  if (key.starts_with('/')) return path_of_pointer(key);
  std::vector<std::string> path;
  const json* node = &published_schema();
  for (bool more = true; more;) {
    const json& any = part(*node, "additionalProperties");
    const json& values = as_object(any);
    std::size_t length = std::min(key.find('.'), key.size());
    if (!any.empty()) length = name_length(key, values);
    path.emplace_back(key.substr(0, length));
    more = length < key.size();
    key.remove_prefix(std::min(length + 1, key.size()));
    const json& known = part(*node, "properties");
    const auto rules = known.find(path.back());
    node = rules != known.end() ? &as_object(*rules) : &values;
  }
  return path;
}

}  // namespace sim800
