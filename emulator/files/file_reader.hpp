// Reading a file piece by piece: AT+FSREAD in mode 1 goes on where the last read ended.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/service.hpp"
#include "emulator/files/file_system.hpp"

namespace sim800 {

class FileReader final : public Service {
 public:
  explicit FileReader(const FileSystem& files) : files_(files) {}

  /// The `count` bytes at `position`: fewer or none at the end of the file. Nothing if there is no such file.
  std::optional<std::string> read(std::string_view file, std::size_t count, std::uint64_t position);
  /// Likewise behind the last read, if that was of this file and no file has changed since; otherwise from the start.
  std::optional<std::string> read_on(std::string_view file, std::size_t count);
  void power_off() override { file_.clear(); }

 private:
  const FileSystem& files_;
  std::string file_;  ///< that was read last, in its canonical spelling
  std::uint64_t next_ = 0, changes_ = 0;
};

}  // namespace sim800
