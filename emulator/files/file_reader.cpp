// SPDX-License-Identifier: MIT
#include "emulator/files/file_reader.hpp"

#include "emulator/files/fs_path.hpp"

namespace sim800 {
namespace {

std::string canonical(std::string_view file) {
  const auto path = FilePath::parse(file);
  return path ? path->canonical() : std::string();
}

}  // namespace

std::optional<std::string> FileReader::read(std::string_view file, std::size_t count, std::uint64_t position) {
  auto bytes = files_.read(file, position, count);
  if (!bytes) return bytes;
  file_ = canonical(file);
  next_ = position + bytes->size();
  changes_ = files_.changes();
  return bytes;
}

std::optional<std::string> FileReader::read_on(std::string_view file, std::size_t count) {
  const bool same = file_ == canonical(file) && changes_ == files_.changes();
  return read(file, count, same ? next_ : 0);
}

}  // namespace sim800
