// Writes libFuzzer's dictionary for a module: every command of the table, and the words of its arguments.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <string>

#include "emulator/commands/command_list.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/network/bearer.hpp"

int main() {
  using namespace sim800;
  std::set<std::string> words{"\r", "\x1a", "\x1b", "+++", "=?", "?", "\",\"", "\n~3000\n", "\nAT", ";+", "A/"};
  for (const Command* command : all_commands()) {
    const std::string name(command->name);
    words.insert({"AT" + name, "AT" + name + "?", "AT" + name + "=", name});
  }
  for (const auto& tag : HttpService::tags) words.insert("\"" + std::string(tag.name) + "\"");
  for (const auto& tag : Bearers::tags) words.insert("\"" + std::string(tag.name) + "\"");
  for (const std::string& word : words) {
    std::string text;
    for (const char c : word) text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    fmt::print("\"{}\"\n", text);
  }
  return 0;
}
