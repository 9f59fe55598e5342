// SPDX-License-Identifier: MIT
// The drive in a folder of the host: what lies there already, links, power cuts, disks that refuse.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "emulator/core/nvram.hpp"
#include "emulator/files/file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
void put_file(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::string listing(const FileSystem& files, std::string_view directory) {
  const auto entries = files.list(directory);
  if (!entries) return "no";
  std::string text;
  for (const auto& [name, is_directory] : *entries)
    text += (text.empty() ? "" : " ") + name + (is_directory ? "\\" : "");
  return text;
}

}  // namespace

TEST_CASE("what lies in the folder is the module's, as far as it can be") {
  const TemporaryDirectory temporary;
  const fs::path folder = temporary.path() / "files";
  fs::create_directories(folder / "USER" / "sub");
  put_file(folder / "USER" / "sub" / "b", "12345");
  put_file(folder / "USER" / "z.txt", "123");
  put_file(folder / "USER" / "Z.TXT", "12");
  put_file(folder / "a", "1");
  put_file(folder / "bad:name", "not counted");
  put_file(folder / "NUL", "not counted");
  put_file(folder / "dot.", "not counted");
  put_file(temporary.path() / "outside", "secret");
  fs::create_directory(temporary.path() / "elsewhere");
  put_file(temporary.path() / "elsewhere" / "f", "secret");
  fs::create_symlink(temporary.path() / "outside", folder / "link");
  fs::create_symlink(temporary.path() / "elsewhere", folder / "linked");
  fs::create_symlink("nowhere", folder / "dangling");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);

  FileSystem files(folder);
  CHECK(listing(files, R"(C:\)") == R"(USER\ a)");
  CHECK(listing(files, R"(C:\User\)") == R"(Z.TXT sub\)");
  CHECK(files.read(R"(C:\user\SUB\B)", 0, 10) == "12345");
  CHECK(files.read(R"(C:\user\z.txt)", 0, 10) == "12");
  CHECK(files.free_bytes() == FileSystem::capacity - 8);

  // What is ignored is not made over either.
  for (const char* name : {"link", "linked", "dangling", "pipe"}) {
    CAPTURE(name);
    const std::string path = std::string(R"(C:\)") + name;
    CHECK_FALSE(files.create(path));
    CHECK_FALSE(files.put(path, "x"));
    CHECK_FALSE(files.make_directory(path));
    CHECK_FALSE(files.rename(R"(C:\a)", path));
    CHECK_FALSE(files.remove(path));
    CHECK_FALSE(files.create(path + R"(\f)"));
  }
  CHECK_FALSE(
      files.rename(R"(C:\user\z.txt)", R"(C:\user\z.txt)"));  // the other spelling is another file of the host's
  CHECK(contents(temporary.path() / "outside") == "secret");
  CHECK(contents(temporary.path() / "elsewhere" / "f") == "secret");
  CHECK(contents(folder / "USER" / "z.txt") == "123");
}

TEST_CASE("links put there while the module runs are not followed") {
  const TemporaryDirectory temporary;
  const fs::path folder = temporary.path() / "files", outside = temporary.path() / "outside";
  FileSystem files(folder);
  REQUIRE(files.make_directory(R"(C:\User\d)"));
  REQUIRE(files.put(R"(C:\User\d\f)", "mine"));
  REQUIRE(files.put(R"(C:\User\g)", "mine"));
  fs::create_directory(outside);
  put_file(outside / "f", "secret");
  fs::remove_all(folder / "User" / "d");
  fs::create_directory_symlink(outside, folder / "User" / "d");
  fs::remove(folder / "User" / "g");
  fs::create_symlink(outside / "f", folder / "User" / "g");
  CHECK_FALSE(files.read(R"(C:\User\d\f)", 0, 10));
  CHECK_FALSE(files.write(R"(C:\User\d\f)", 0, "x"));
  CHECK_FALSE(files.put(R"(C:\User\d\f)", "x"));
  CHECK_FALSE(files.create(R"(C:\User\d\new)"));
  CHECK_FALSE(files.make_directory(R"(C:\User\d\new)"));
  CHECK_FALSE(files.remove(R"(C:\User\d\f)"));
  CHECK_FALSE(files.rename(R"(C:\User\d\f)", R"(C:\User\h)"));
  CHECK_FALSE(files.rename(R"(C:\User\g)", R"(C:\User\d\g)"));
  CHECK_FALSE(files.read(R"(C:\User\g)", 0, 10));
  CHECK_FALSE(files.write(R"(C:\User\g)", 0, "x"));
  CHECK(files.put(R"(C:\User\g)", "new"));  // in the link's place
  CHECK(contents(folder / "User" / "g") == "new");
  CHECK(contents(outside / "f") == "secret");
  CHECK(std::distance(fs::directory_iterator(outside), {}) == 1);

  fs::remove(folder / "User" / "g");
  REQUIRE(::mkfifo((folder / "User" / "g").c_str(), 0600) == 0);
  CHECK_FALSE(files.read(R"(C:\User\g)", 0, 10));  // and does not wait for a writer
}

TEST_CASE("more in the folder than the drive holds") {
  const TemporaryDirectory temporary;
  for (const char* name : {"huge", "huge too"}) {
    put_file(temporary.path() / name, "start");
    fs::resize_file(temporary.path() / name, std::uintmax_t(1) << 40);
  }
  FileSystem files(temporary.path());
  CHECK(files.free_bytes() == 0);
  CHECK(files.size(R"(C:\huge)") == std::uint64_t(1) << 40);
  CHECK(files.read(R"(C:\huge)", 0, 5) == "start");
  CHECK_FALSE(files.write(R"(C:\huge)", 0, "x"));
  CHECK_FALSE(files.put(R"(C:\new)", "x"));
  CHECK(files.put(R"(C:\huge)", "small"));
  CHECK(files.free_bytes() == 0);
  CHECK(files.remove(R"(C:\huge too)"));
  CHECK(files.free_bytes() == FileSystem::capacity - 5);
}

TEST_CASE("a folder full of folders is read as deep as paths go") {
  const TemporaryDirectory temporary;
  fs::path deep = temporary.path();
  for (int i = 0; i < 100; ++i) fs::create_directory(deep /= "d");
  const FileSystem files(temporary.path());
  std::string path = "C:";
  for (int i = 0; i < 62; ++i) path += R"(\d)";
  CHECK(files.list(path)->size() == 1);
  CHECK(files.list(path + R"(\d)")->empty());
}

TEST_CASE("the old file is never written into") {
  const TemporaryDirectory temporary;
  FileSystem files(temporary.path());
  REQUIRE(files.put(R"(C:\x)", "old and long"));
  fs::create_hard_link(temporary.path() / "x", temporary.path() / "before");
  CHECK(files.write(R"(C:\x)", 0, "NEW"));
  CHECK(contents(temporary.path() / "before") == "old and long");
  CHECK(contents(temporary.path() / "x") == "NEW and long");
}

TEST_CASE("a power cut in the middle of a write leaves the old file") {
  const TemporaryDirectory temporary;
  const fs::path unfinished = temporary.path() / std::string(unfinished_name);
  FileSystem files(temporary.path());
  REQUIRE(files.put(R"(C:\x)", "old"));
  const pid_t child = ::fork();
  if (child == 0) {  // the kernel ends it at the thousandth byte
    ::signal(SIGXFSZ, SIG_DFL);
    const rlimit limit{1000, 1000}, no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    files.put(R"(C:\x)", std::string(5000, 'n'));
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(fs::file_size(unfinished) == 1000);
  CHECK(contents(temporary.path() / "x") == "old");

  const FileSystem again(temporary.path());
  CHECK(again.read(R"(C:\x)", 0, 10) == "old");
  CHECK(again.free_bytes() == FileSystem::capacity - 3);
  CHECK_FALSE(fs::exists(unfinished));
}

TEST_CASE("a write that the disk refuses leaves the old file") {
  const TemporaryDirectory temporary;
  FileSystem files(temporary.path());
  REQUIRE(files.put(R"(C:\x)", "old"));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{1000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const bool over = files.put(R"(C:\x)", std::string(5000, 'n')), beside = files.put(R"(C:\y)", std::string(5000, 'n'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  CHECK_FALSE(over);
  CHECK_FALSE(beside);
  CHECK(files.read(R"(C:\x)", 0, 10) == "old");
  CHECK(listing(files, R"(C:\)") == R"(User\ x)");
  CHECK(files.free_bytes() == FileSystem::capacity - 3);
  CHECK(std::distance(fs::directory_iterator(temporary.path()), {}) == 2);
}

TEST_CASE("what vanishes from the folder is missed without harm") {
  const TemporaryDirectory temporary;
  FileSystem files(temporary.path());
  REQUIRE(files.put(R"(C:\x)", "12345"));
  put_file(temporary.path() / "x", "12");
  CHECK(files.read(R"(C:\x)", 0, 10) == "12");
  CHECK(files.read(R"(C:\x)", 3, 10) == "");
  CHECK_FALSE(files.write(R"(C:\x)", 5, "6"));
  fs::remove(temporary.path() / "x");
  CHECK_FALSE(files.read(R"(C:\x)", 0, 10));
  CHECK_FALSE(files.remove(R"(C:\x)"));
  CHECK(files.put(R"(C:\x)", "back"));
  fs::remove_all(temporary.path());
  CHECK_FALSE(files.create(R"(C:\y)"));
  CHECK_FALSE(files.make_directory(R"(C:\y)"));
  CHECK_FALSE(files.rename(R"(C:\x)", R"(C:\z)"));
}

TEST_CASE("a folder that cannot be one is named") {
  const TemporaryDirectory temporary;
  put_file(temporary.path() / "file", "");
  CHECK_THROWS_AS(FileSystem(temporary.path() / "file"), StateError);
  CHECK_THROWS_AS(FileSystem(temporary.path() / "file" / "below"), StateError);
  fs::create_directory(temporary.path() / std::string(unfinished_name));
  CHECK_THROWS_AS(FileSystem{temporary.path()}, StateError);
  fs::remove(temporary.path() / std::string(unfinished_name));
  put_file(temporary.path() / "User", "a file");
  CHECK_THROWS_AS(FileSystem{temporary.path()}, StateError);
}

}  // namespace sim800::test
