// The folder on this machine that holds C:\ under --state.
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

/// Every name is opened relative to its parent directory and never through a symlink, so nothing outside the folder is
/// read or written, whatever is placed in it, even while the module runs. A call that fails returns false or nothing,
/// has changed nothing, and logs the reason.
class Folder {
 public:
  using Names = std::vector<std::string>;  ///< from the root, as spelt on this machine

  struct Found {
    std::string name;
    bool directory = false;
    std::uint64_t size = 0;
  };

  /// Creates the folder if necessary and removes what a power cut left. Throws StateError.
  explicit Folder(const std::filesystem::path& path);

  /// Files and directories, by name; not symlinks, devices, or names that FAT does not allow.
  std::vector<Found> list(const Names& directory) const;
  bool make_directory(const Names& path);
  bool remove(const Names& path, bool directory);
  /// Never replaces anything.
  bool rename(const Names& from, const Names& to);
  std::optional<std::string> read(const Names& file, std::uint64_t offset, std::size_t count) const;
  enum class Target : std::uint8_t { made, replaced };
  /// The whole file at once: after a power cut either the old or the new one is there. `made` never replaces one.
  bool write(const Names& file, std::string_view bytes, Target target);

 private:
  UniqueFd open_directory(const Names& path, std::size_t depth) const;
  UniqueFd parent_of(const Names& path) const { return open_directory(path, path.size() - 1); }

  UniqueFd root_;
};

}  // namespace sim800
