// Files that are replaced as a whole.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// Makes a directory and those above it that are missing, for their owner alone. Returns the ones made, the highest
/// first. Throws std::filesystem::filesystem_error; then none is left behind.
std::vector<std::filesystem::path> make_directories(const std::filesystem::path& path);

/// Removes directories that are empty, the last one first.
void remove_directories(const std::vector<std::filesystem::path>& made);

/// Writes `bytes` to a new file `unfinished` in the directory `workshop`, and gives it the name `name` in `directory`
/// once it is on the disk (both are open directories of one file system): after a power cut at any moment the old file
/// or the new one has that name, never half of it.  A file `unfinished` that is left over goes.  The new file is its
/// owner's alone.
/// False where that fails: errno says why, nothing has changed and nothing is left behind.
bool write_atomically(int workshop, const std::string& unfinished, int directory, const std::string& name,
                      std::string_view bytes);

}  // namespace sim800
