// One process on a state directory at a time.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "emulator/core/atomic_file.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// Keeps other processes off a state directory.  The lock is on the directory itself and leaves no file; the kernel
/// lifts it when the process ends, however it ends.
class StateLock {
 public:
  /// Of no directory: nothing is locked.
  StateLock() = default;
  /// Makes the directory if need be, for its owner alone.  Throws StateError where that is impossible, or another
  /// process has the lock: it is named by its process id where the kernel tells it.
  explicit StateLock(const std::filesystem::path& directory);
  StateLock(StateLock&&) = default;
  StateLock& operator=(StateLock&&) = delete;
  /// Removes the directories it has made, as far as they are empty, unless keep() was called.
  ~StateLock() { remove_directories(made_); }
  /// The run begins: what was made for it stays.
  void keep() { made_.clear(); }

 private:
  bool lock(const std::filesystem::path& directory);
  std::vector<std::filesystem::path> made_;
  UniqueFd directory_;
};

}  // namespace sim800
