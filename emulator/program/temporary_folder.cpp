// SPDX-License-Identifier: MIT
#include "emulator/program/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sim800 {

const std::filesystem::path& TemporaryFolder::path() {
  if (!path_.empty()) return path_;
  std::string pattern = std::filesystem::temp_directory_path() / "sim800-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::filesystem::filesystem_error("no temporary folder", pattern,
                                            std::error_code(errno, std::generic_category()));
  path_ = pattern;
  return path_;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace sim800
