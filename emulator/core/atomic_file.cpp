// SPDX-License-Identifier: MIT
#include "emulator/core/atomic_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0 || errno == EINVAL;  // EINVAL: a file system that cannot synchronise
}

}  // namespace

std::vector<std::filesystem::path> make_directories(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::vector<fs::path> missing, made;
  std::error_code ignored;
  for (fs::path each = path; !each.empty() && !fs::exists(fs::status(each, ignored)); each = each.parent_path()) {
    missing.push_back(each);
    if (each == each.parent_path()) break;
  }
  for (; !missing.empty(); missing.pop_back()) {
    const fs::path& next = missing.back();
    if (::mkdir(next.c_str(), 0700) == 0) {
      made.push_back(next);
    } else if (const std::error_code problem(errno, std::generic_category());
               problem != std::errc::file_exists || !fs::is_directory(next, ignored)) {
      remove_directories(made);
      throw fs::filesystem_error("mkdir", path, problem);
    }
  }
  if (!fs::is_directory(path, ignored)) {
    remove_directories(made);
    throw fs::filesystem_error("mkdir", path, std::make_error_code(std::errc::not_a_directory));
  }
  return made;
}

void remove_directories(const std::vector<std::filesystem::path>& made) {
  for (auto each = made.rbegin(); each != made.rend(); ++each) ::rmdir(each->c_str());
}

bool write_atomically(int workshop, const std::string& unfinished, int directory, const std::string& name,
                      std::string_view bytes) {
  ::unlinkat(workshop, unfinished.c_str(), 0);
  const UniqueFd file(
      ::openat(workshop, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) return false;
  if (!write_all(file.get(), bytes) || ::renameat(workshop, unfinished.c_str(), directory, name.c_str()) != 0) {
    const int reason = errno;
    ::unlinkat(workshop, unfinished.c_str(), 0);
    errno = reason;
    return false;
  }
  ::fsync(directory);
  return true;
}

}  // namespace sim800
