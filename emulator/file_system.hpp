// The module's own flash drive, C:\ (file system application note; AT+FS…, AT+FTPGETTOFS and its like).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// Files and directories on C:\, in memory or in a folder of the host.  Paths are the module's: "C:\User\x.txt", case does
/// not count but is kept, at most 128 characters.  There is no way out of the drive: "..", other drives, device names (CON, NUL …)
/// and characters FAT does not have are refused, and symbolic links in the folder are not followed.
/// Every call that can fail returns false or nothing, and then nothing has changed.
class FileSystem {
 public:
  static constexpr std::uint64_t capacity = 186'368;  ///< bytes free at first
  static constexpr std::size_t max_path = 128;

  struct Entry {
    std::string name;
    bool directory = false;
  };

  /// In memory.
  FileSystem();
  /// Kept in `folder`, which is made if need be.  Throws StateError.
  explicit FileSystem(const std::filesystem::path& folder);
  ~FileSystem();

  std::uint64_t free_bytes() const;
  /// The entries of a directory, in the order they were made.
  std::optional<std::vector<Entry>> list(std::string_view directory) const;
  bool make_directory(std::string_view path);
  bool remove_directory(std::string_view path);   ///< only an empty one
  bool create(std::string_view file);              ///< an empty file; not over an existing one
  bool remove(std::string_view file);
  bool rename(std::string_view from, std::string_view to);
  std::optional<std::uint64_t> size(std::string_view file) const;
  std::optional<std::string> read(std::string_view file, std::uint64_t offset, std::size_t count) const;
  /// Writes at `offset` (at most the file's size) into an existing file.  After a power cut the old or the new file is there, never half.
  bool write(std::string_view file, std::uint64_t offset, std::string_view bytes);
  /// Replaces or makes a file as a whole; its directory must exist.
  bool put(std::string_view file, std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
