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

#include "emulator/files/fs_path.hpp"

namespace sim800 {

/// Files and directories on C:\, in memory or in a folder of the host.  Paths are the module's: "C:\User\x.txt", case
/// does not count but is kept (of a-z; bytes from 0x80 on are as they are), at most 128 bytes (emulator/fs_path.hpp).
/// A directory's may end with a backslash.  There is no way out of the drive: "..", other drives, device names (CON,
/// NUL …) and characters FAT does not have are refused, and symbolic links in the folder are not followed.
/// Every call that can fail returns false or nothing, and then nothing has changed.
///
/// What lies in the folder is looked at once, at the start: files there take up room like the module's own.  From then
/// on the module alone makes and removes; a file that is changed from outside may be read, but keeps the size it had.
class FileSystem {
 public:
  static constexpr std::uint64_t capacity = 186'368;  ///< bytes of all files together; names cost nothing
  static constexpr std::size_t max_path = FilePath::max_length;
  static constexpr std::size_t max_entries = 1024;                   ///< files and directories together
  static constexpr std::string_view user_folder = R"(C:\User\)";     ///< always there at the start
  static constexpr std::string_view ftp_folder = R"(C:\User\FTP\)";  ///< made by who first needs it

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
  /// The entries of a directory, in the order they were made; those a folder held at the start come first, by name.
  std::optional<std::vector<Entry>> list(std::string_view directory) const;
  bool make_directory(std::string_view path);
  bool remove_directory(std::string_view path);  ///< only an empty one
  bool create(std::string_view file);            ///< an empty file; not over an existing one
  bool remove(std::string_view file);
  /// A file or a directory, also into another directory; not over an existing one.
  bool rename(std::string_view from, std::string_view to);
  std::optional<std::uint64_t> size(std::string_view file) const;
  /// What there is of the `count` bytes at `offset`: fewer or none at the file's end.
  std::optional<std::string> read(std::string_view file, std::uint64_t offset, std::size_t count) const;
  /// Writes at `offset` (at most the file's size) into an existing file, which is not cut short.  After a power cut the
  /// old or the new file is there, never half.
  bool write(std::string_view file, std::uint64_t offset, std::string_view bytes);
  /// Replaces or makes a file as a whole; its directory must exist.
  bool put(std::string_view file, std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
