// The module's own flash drive, C:\ (file system application note; AT+FS…, AT+FTPGETTOFS and related commands).
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

/// Files and directories on C:\, in memory or in a folder on this machine. Paths are the module's: "C:\User\x.txt", not
/// case-sensitive but case-preserving (a-z; bytes from 0x80 up are unchanged), at most 128 bytes with the drive, which
/// may be omitted (fs_path.hpp). The path of a directory may end with a backslash. Nothing outside the drive can be
/// reached: "..", other drives, device names (CON, NUL …) and characters that FAT lacks are refused, and symlinks in
/// the folder are not followed. A call that can fail returns false or nothing, and then nothing has changed.
///
/// The folder is read once, at the start: files in it use up space like the module's own. From then on only the module
/// creates and removes files; a file changed from outside can be read, but keeps its old size.
class FileSystem {
 public:
  static constexpr std::uint64_t capacity = 186'368;              ///< most bytes of all files together; names are free
  static constexpr std::size_t max_entries = 1024;                ///< files and directories together
  static constexpr std::string_view user_folder = R"(C:\User\)";  ///< always exists at the start
  static constexpr std::string_view ftp_folder = R"(C:\User\FTP\)";  ///< created when first needed

  struct Entry {
    std::string name;
    bool directory = false;
  };

  /// In memory.
  FileSystem();
  /// Stored in `folder`, which is created if necessary. Throws StateError.
  explicit FileSystem(const std::filesystem::path& folder);
  ~FileSystem();

  /// A smaller drive.  Files that do not fit stay, and nothing can be added to them.
  void limit(std::uint64_t bytes);
  std::uint64_t free_bytes() const;
  /// How often a file has been created, written, renamed or removed.
  std::uint64_t changes() const;
  /// The entries of a directory, in the order of creation; those in the folder at the start come first, by name.
  std::optional<std::vector<Entry>> list(std::string_view directory) const;
  bool make_directory(std::string_view path);
  bool remove_directory(std::string_view path);  ///< only an empty directory
  bool create(std::string_view file);            ///< an empty file; never replaces one
  bool remove(std::string_view file);
  /// A file or a directory, also into another directory; never replaces one.
  bool rename(std::string_view from, std::string_view to);
  std::optional<std::uint64_t> size(std::string_view file) const;
  /// The `count` bytes at `offset`: fewer or none at the end of the file.
  std::optional<std::string> read(std::string_view file, std::uint64_t offset, std::size_t count) const;
  /// Writes at `offset` (at most the file's size) into an existing file, without truncating it. After a power cut
  /// either the old or the new file is there.
  bool write(std::string_view file, std::uint64_t offset, std::string_view bytes);
  /// Replaces or creates a whole file; its directory must exist.
  bool put(std::string_view file, std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
