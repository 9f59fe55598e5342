// SPDX-License-Identifier: MIT
#include "emulator/core/atomic_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

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

bool write_atomically(int workshop, const std::string& unfinished, int directory, const std::string& name,
                      std::string_view bytes) {
  ::unlinkat(workshop, unfinished.c_str(), 0);
  const UniqueFd file(
      ::openat(workshop, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
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
