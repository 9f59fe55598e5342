// The lock on a state directory.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "emulator/core/nvram.hpp"
#include "emulator/core/state_lock.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& directory) {
  try {
    const StateLock lock(directory);
    return "";
  } catch (const StateError& error) {
    return error.what();
  }
}

TEST_CASE("a state directory is made, and locked as long as the lock lives") {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "a/b";
  {
    StateLock lock(directory);
    lock.keep();
    CHECK(fs::is_empty(directory));
    const std::string said = refusal(directory);
    const std::string reason = directory.string() + ": in use by another sim800";
    const std::string holder = " (process " + std::to_string(::getpid()) + ")";
    CHECK((said == reason + holder || said == reason));  // not every file system tells the kernel's list of locks
    fs::create_directory_symlink(directory, temporary.path() / "other-name");
    CHECK(refusal(temporary.path() / "other-name") != "");
    CHECK(refusal(temporary.path() / "other-directory") == "");
  }
  CHECK(refusal(directory) == "");
}

TEST_CASE("a run that is refused leaves no directory behind, unless something is in it") {
  const TemporaryDirectory temporary;
  const fs::path above = temporary.path() / "a", directory = above / "b";
  {
    const StateLock lock(directory);
  }
  CHECK_FALSE(fs::exists(above));
  {
    const StateLock lock(directory);
    fs::create_directory(directory / "files");
  }
  CHECK(fs::exists(directory));
  fs::remove_all(above);
  {
    StateLock lock(directory);
    lock.keep();
  }
  CHECK(fs::exists(directory));
  {
    const StateLock lock(directory);
  }
  CHECK(fs::exists(directory));
}

TEST_CASE("a state directory that cannot be made is named") {
  CHECK(refusal("/dev/null/state").starts_with("/dev/null/state: "));
}

}  // namespace
}  // namespace sim800
