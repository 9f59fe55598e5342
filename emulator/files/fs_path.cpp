// SPDX-License-Identifier: MIT
#include "emulator/files/fs_path.hpp"

#include <algorithm>
#include <iterator>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view forbidden = R"(<>:"/\|?*)";

constexpr bool possible(char c) {
  return (static_cast<unsigned char>(c) >= ' ') && c != '\x7f' && forbidden.find(c) == std::string_view::npos;
}

/// With or without an extension these name devices in DOS, where a card with such a file could not be read.
bool names_device(std::string_view name) {
  const std::string_view stem = trim(name.substr(0, name.find('.')));
  for (const std::string_view device : {"CON", "NUL", "AUX", "PRN"}) {
    if (same_word(stem, device)) return true;
  }
  const bool numbered = stem.size() == 4 && stem[3] >= '1' && stem[3] <= '9';
  return numbered && (same_word(stem.substr(0, 3), "COM") || same_word(stem.substr(0, 3), "LPT"));
}

}  // namespace

bool valid_name(std::string_view name) {
  if (name.empty() || name.back() == '.' || name.back() == ' ') return false;
  return std::ranges::all_of(name, possible) && !names_device(name) && !same_word(name, unfinished_name);
}

std::optional<FilePath> FilePath::parse(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::size_t drive_length = 2;
  FilePath path{.drive = 'C', .names = {}, .directory = text.back() == '\\'};
  if (text.size() > drive_length && is_letter(text[0]) && text.substr(1, 2) == ":\\") {
    path.drive = to_upper(text[0]);
    text.remove_prefix(drive_length);
  }
  if (text.front() == '\\') text.remove_prefix(1);
  if (drive_length + 1 + text.size() > max_length) return std::nullopt;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find('\\'));
    if (!valid_name(name)) return std::nullopt;
    path.names.push_back(name);
    text.remove_prefix(std::min(name.size() + 1, text.size()));
  }
  return path;
}

std::string FilePath::canonical() const {
  std::string text(1, drive);
  for (const std::string_view name : names) {
    text.push_back('\\');
    std::ranges::transform(name, std::back_inserter(text), to_upper);
  }
  return text;
}

}  // namespace sim800
