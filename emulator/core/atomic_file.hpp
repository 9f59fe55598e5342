// Files that are replaced as a whole.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

/// Writes `bytes` to a new file `unfinished` in the directory `workshop`, and gives it the name `name` in `directory`
/// once it is on the disk (both are open directories of one file system): after a power cut at any moment the old file
/// or the new one has that name, never half of it.  A file `unfinished` that is left over goes.
/// False where that fails: errno says why, nothing has changed and nothing is left behind.
bool write_atomically(int workshop, const std::string& unfinished, int directory, const std::string& name,
                      std::string_view bytes);

}  // namespace sim800
