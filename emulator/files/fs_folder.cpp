// SPDX-License-Identifier: MIT
#include "emulator/files/fs_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "emulator/core/atomic_file.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/files/fs_path.hpp"
#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

const std::string unfinished(unfinished_name);

/// The text of errno. A directory that could not be opened is reported when it is used.
std::string reason() {
  return errno == EBADF ? "its directory is gone or has become a symlink" : std::generic_category().message(errno);
}

[[noreturn]] void fail(const fs::path& path) { throw StateError(fmt::format("{}: {}", path.string(), reason())); }

bool refused(const Folder::Names& path) {
  spdlog::warn("file system: {}: {}", path.empty() ? "the folder" : escaped(path.back()), reason());
  return false;
}

bool same_file(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

/// Whether anything has this name; unlike access(), a dangling symlink counts.
bool exists(int directory, const std::string& name, struct stat& status) {
  return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

Folder::Folder(const fs::path& path) {
  if (std::error_code ignored; fs::is_symlink(path, ignored)) {
    throw StateError(fmt::format("{}: expected a directory, found a symbolic link", path.string()));
  }
  try {
    make_directories(path);
  } catch (const fs::filesystem_error& problem) {
    throw StateError(fmt::format("{}: {}", path.string(), problem.code().message()));
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) fail(path);
  root_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (root_.get() < 0) fail(path);
  if (::unlinkat(root_.get(), unfinished.c_str(), 0) != 0 && errno != ENOENT) fail(path / unfinished);
}

UniqueFd Folder::open_directory(const Names& path, std::size_t depth) const {
  UniqueFd directory(::openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; i < depth && directory.get() >= 0; ++i) {
    directory = UniqueFd(::openat(directory.get(), path[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return directory;
}

std::vector<Folder::Found> Folder::list(const Names& path) const {
  std::vector<Found> entries;
  UniqueFd directory = open_directory(path, path.size());
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), ::closedir);
  if (!stream) {
    refused(path);
    return entries;
  }
  const int number = directory.release();  // now owned by the stream
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    const bool known = exists(number, name, status) && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
    if (!known || !valid_name(name)) {
      spdlog::warn("file system: {} ignored: not a file or directory, or not a valid name", escaped(name));
      continue;
    }
    const bool is_directory = S_ISDIR(status.st_mode);
    entries.push_back({std::move(name), is_directory, is_directory ? 0 : static_cast<std::uint64_t>(status.st_size)});
  }
  std::ranges::sort(entries, {}, &Found::name);
  return entries;
}

bool Folder::make_directory(const Names& path) {
  const UniqueFd parent = parent_of(path);
  if (::mkdirat(parent.get(), path.back().c_str(), 0700) != 0) return refused(path);
  ::fsync(parent.get());
  return true;
}

bool Folder::remove(const Names& path, bool directory) {
  const UniqueFd parent = parent_of(path);
  if (::unlinkat(parent.get(), path.back().c_str(), directory ? AT_REMOVEDIR : 0) != 0) return refused(path);
  ::fsync(parent.get());
  return true;
}

bool Folder::rename(const Names& from, const Names& to) {
  const UniqueFd old_parent = parent_of(from), new_parent = parent_of(to);
  struct stat source{}, target{};
  if (!exists(old_parent.get(), from.back(), source)) return refused(from);
  // On a case-insensitive file system, another spelling of the name is the same file.
  if (exists(new_parent.get(), to.back(), target) && !same_file(source, target)) {
    errno = EEXIST;
    return refused(to);
  }
  if (::renameat(old_parent.get(), from.back().c_str(), new_parent.get(), to.back().c_str()) != 0) return refused(from);
  ::fsync(old_parent.get());
  ::fsync(new_parent.get());
  return true;
}

std::optional<std::string> Folder::read(const Names& path, std::uint64_t offset, std::size_t count) const {
  // Non-blocking: a file may have been replaced by a pipe.
  const UniqueFd file(
      ::openat(parent_of(path).get(), path.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    refused(path);
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string bytes(offset < size ? std::min<std::uint64_t>(count, size - offset) : 0, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t part = ::pread(file.get(), bytes.data() + got, bytes.size() - got, static_cast<off_t>(offset + got));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) {
      refused(path);
      return std::nullopt;
    }
    if (part == 0) break;
    got += static_cast<std::size_t>(part);
  }
  bytes.resize(got);
  return bytes;
}

bool Folder::write(const Names& path, std::string_view bytes, Target goal) {
  const UniqueFd parent = parent_of(path);
  struct stat status{};
  if (goal == Target::made && exists(parent.get(), path.back(), status)) {
    errno = EEXIST;
    return refused(path);
  }
  const bool written = write_atomically(root_.get(), unfinished, parent.get(), path.back(), bytes);
  return written || refused(path);
}

}  // namespace sim800
