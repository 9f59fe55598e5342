// A folder for the files of one run, removed with it.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace sim800 {

class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// Made when it is first asked for, for its owner only. Throws std::filesystem::filesystem_error.
  const std::filesystem::path& path();

 private:
  std::filesystem::path path_;
};

}  // namespace sim800
