// SPDX-License-Identifier: MIT
#include "emulator/program/cli/json_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const Json& value) {
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return text;
  }
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.is_null() ? "" : value.dump();
}

std::string padded(const std::string& text, std::size_t width) {
  const auto shown = static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
  return text + std::string(width > shown ? width - shown : 0, ' ');
}

std::string table(const Json& rows) {
  std::vector<std::string> columns;
  for (const Json& row : rows) {
    for (const auto& [key, value] : row.items()) {
      if (std::ranges::find(columns, key) == columns.end()) columns.push_back(key);
    }
  }
  std::vector<std::vector<std::string>> lines{columns};
  for (const Json& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& column : columns) line.push_back(row.contains(column) ? cell(row[column]) : "");
  }
  std::string text;
  for (const auto& line : lines) {
    std::string shown;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::size_t width = 0;
      for (const auto& other : lines) width = std::max(width, other[i].size());
      shown += padded(line[i], width) + "  ";
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += shown + "\n";
  }
  return text;
}

void add_lines(const Json& object, const std::string& before, std::string& text) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = before.empty() ? key : before + "." + key;
    if (value.is_object()) {
      add_lines(value, name, text);
    } else {
      text += fmt::format("{} {}\n", padded(name, 24), cell(value));
    }
  }
}

}  // namespace

std::string json_table(const Json& value) {
  std::string text;
  if (value.is_object()) {
    add_lines(value, "", text);
  } else if (value.is_array() && std::ranges::all_of(value, [](const Json& row) { return row.is_object(); })) {
    if (!value.empty()) text = table(value);
  } else {
    text = cell(value) + "\n";
  }
  return text;
}

}  // namespace sim800
