// SPDX-License-Identifier: MIT
#include "emulator/core/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "emulator/core/nvram.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

/// " (process 4711)" of whoever holds the lock, or nothing.  A line of /proc/locks (proc(5)):
/// "1: FLOCK  ADVISORY  WRITE 4711 fe:01:131090 0 EOF".
std::string holder_of(int directory) {
  struct stat status{};
  if (::fstat(directory, &status) != 0) return {};
  const std::string wanted = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string number, kind, mode, access, process, file, rest;
       locks >> number >> kind >> mode >> access >> process >> file && std::getline(locks, rest);) {
    if (kind == "FLOCK" && file == wanted) return " (process " + process + ")";
  }
  return {};
}

}  // namespace

StateLock::StateLock(const fs::path& directory) {
  try {
    while (!lock(directory)) directory_ = UniqueFd();
  } catch (...) {
    remove_directories(made_);
    throw;
  }
}

/// False if the directory was removed in between, by a run that made it and was then refused.
bool StateLock::lock(const fs::path& directory) {
  try {
    made_ = make_directories(directory);
  } catch (const fs::filesystem_error& problem) {
    throw StateError(fmt::format("{}: {}", directory.string(), problem.code().message()));
  }
  directory_ = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory_.get() < 0 && errno == ENOENT) return false;
  if (directory_.get() < 0) {
    throw StateError(fmt::format("{}: {}", directory.string(), std::generic_category().message(errno)));
  }
  if (::flock(directory_.get(), LOCK_EX | LOCK_NB) == 0) {
    struct stat status{};
    return ::fstat(directory_.get(), &status) != 0 || status.st_nlink > 0;
  }
  if (errno == EWOULDBLOCK) {
    throw StateError(fmt::format("{}: in use by another sim800{}", directory.string(), holder_of(directory_.get())));
  }
  // Some network file systems lock no directories.
  spdlog::warn("{}: cannot be locked: {}", directory.string(), std::generic_category().message(errno));
  return true;
}

}  // namespace sim800
