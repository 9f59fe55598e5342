// Paths on the module's drive: valid ones, and their parts.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// "C:\User\x.txt" split into names, which point into the text. Without a drive, a path starts at C:\: "x.txt" and
/// "\x.txt" are C:\x.txt.
struct FilePath {
  static constexpr std::size_t max_length = 128;

  char drive = 'C';                     ///< upper case
  std::vector<std::string_view> names;  ///< empty: the drive's root
  bool directory = false;               ///< ends with a backslash

  /// Nothing for an invalid path: empty, an invalid name, too long. The names never contain "..".
  static std::optional<FilePath> parse(std::string_view text);

  /// The same text for every spelling of a path.
  std::string canonical() const;
};

/// Whether FAT allows the name: none of <>:"/\|?* and control characters, no dot or space at its end, not a device
/// (CON, COM1.txt).
bool valid_name(std::string_view name);

/// Name of a file in the folder until it is complete; no file of the module may have it.
inline constexpr std::string_view unfinished_name = ".sim800-unfinished";

}  // namespace sim800
