// The folder of the host in which C:\ is kept under --state.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// Every name is opened from the directory above it and never through a symbolic link, so whatever is put into the
/// folder, also while the module runs, nothing outside is read or written.  What fails returns false or nothing and has
/// changed nothing; a word about it is in the log.
class Folder {
 public:
  using Names = std::vector<std::string>;  ///< from the root, as the host spells them

  struct Found {
    std::string name;
    bool directory = false;
    std::uint64_t size = 0;
  };

  /// Makes the folder if need be and clears away what a power cut left.  Throws StateError.
  explicit Folder(const std::filesystem::path& path);

  /// Files and directories, by name; not links, devices, or names that FAT does not take.
  std::vector<Found> list(const Names& directory) const;
  bool make_directory(const Names& path);
  bool remove(const Names& path, bool directory);
  /// Not over something else.
  bool rename(const Names& from, const Names& to);
  std::optional<std::string> read(const Names& file, std::uint64_t offset, std::size_t count) const;
  enum class Target : std::uint8_t { made, replaced };
  /// The whole file at once: after a power cut the old one or the new one is there.  One that is `made` goes over
  /// nothing.
  bool write(const Names& file, std::string_view bytes, Target target);

 private:
  UniqueFd open_directory(const Names& path, std::size_t depth) const;
  UniqueFd parent_of(const Names& path) const { return open_directory(path, path.size() - 1); }

  UniqueFd root_;
};

}  // namespace sim800
