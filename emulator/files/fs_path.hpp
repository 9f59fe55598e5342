// Paths of the module's drive: which there are, and how they are taken apart.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace sim800 {

/// "C:\User\x.txt" taken apart; the names point into the text.
struct FilePath {
  static constexpr std::size_t max_length = 128;

  char drive = 'C';                     ///< a capital
  std::vector<std::string_view> names;  ///< none: the drive's root
  bool directory = false;               ///< ends with a backslash

  /// Nothing for what can be no path: no drive, an impossible name, too long.  So ".." can never come out of here.
  static std::optional<FilePath> parse(std::string_view text);
};

/// Whether FAT takes the name: none of <>:"/\|?* and control characters, no dot or blank at its end, no device (CON,
/// COM1.txt).
bool valid_name(std::string_view name);

/// What a folder calls a file until it is whole; no file of the module may have this name.
inline constexpr std::string_view unfinished_name = ".sim800-unfinished";

}  // namespace sim800
