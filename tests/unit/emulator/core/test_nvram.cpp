// What outlives a power cycle: the state file, its bytes, and what is said when it cannot be used.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "emulator/core/nvram.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What opening `directory` complains about; "" where it does not.
std::string complaint(const fs::path& directory) {
  try {
    const Nvram nvram(directory);
    return "";
  } catch (const StateError& error) {
    return error.what();
  }
}

TEST_CASE("without a directory sections live in memory") {
  Nvram nvram;
  CHECK(nvram.find("http") == nullptr);
  nvram.store("http", {{"URL", "http://www.sim.com"}});
  REQUIRE(nvram.find("http"));
  CHECK(*nvram.find("http") == Nvram::Section{{"URL", "http://www.sim.com"}});
}

TEST_CASE("a stored section is there again after a restart, in a directory made for it") {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "a/b";
  {
    Nvram nvram(directory);
    nvram.store("http", {{"URL", "http://www.sim.com"}, {"CID", "1"}});
    nvram.store("profile", {});
    nvram.store("http", {{"CID", "2"}});
  }
  const Nvram again(directory);
  REQUIRE(again.find("http"));
  CHECK(*again.find("http") == Nvram::Section{{"CID", "2"}});
  REQUIRE(again.find("profile"));
  CHECK(again.find("profile")->empty());
  CHECK(again.find("other") == nullptr);
}

TEST_CASE("any byte survives, in names and in values") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  const TemporaryDirectory temporary;
  Nvram(temporary.path()).store(bytes, {{bytes, bytes}, {"utf-8", "\u00e9\u20ac"}});
  const Nvram again(temporary.path());
  REQUIRE(again.find(bytes));
  CHECK(*again.find(bytes) == Nvram::Section{{bytes, bytes}, {"utf-8", "\u00e9\u20ac"}});
}

TEST_CASE("the old file is never written into") {
  const TemporaryDirectory temporary;
  Nvram nvram(temporary.path());
  nvram.store("a", {{"value", "old"}});
  fs::create_hard_link(temporary.path() / "nvram.json", temporary.path() / "before");
  const std::string before = read_file(temporary.path() / "before");
  nvram.store("a", {{"value", "new, and longer than it was"}});
  CHECK(read_file(temporary.path() / "before") == before);
  CHECK(read_file(temporary.path() / "nvram.json") != before);
  CHECK_FALSE(fs::exists(temporary.path() / "nvram.json.tmp"));
}

TEST_CASE("what a power cut left half-written is ignored and removed") {
  const TemporaryDirectory temporary;
  Nvram(temporary.path()).store("a", {{"value", "whole"}});
  write_file(temporary.path() / "nvram.json.tmp", "{\"a\": {\"val");
  const Nvram nvram(temporary.path());
  REQUIRE(nvram.find("a"));
  CHECK(nvram.find("a")->at("value") == "whole");
  CHECK_FALSE(fs::exists(temporary.path() / "nvram.json.tmp"));
}

TEST_CASE("a damaged file is named with the line of the damage, and left alone") {
  struct Row {
    std::string text;
    int line;
  };
  const Row rows[] = {
      {"", 1},
      {"{\n  \"a\": {\n    \"b\": \"c", 3},
      {"{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", 3},
      {"{\n  \"a\": \"b\"\n}\n", 2},
      {"{\"a\": {\n\"b\": {\"c\": \"d\"}}}", 2},
      {"[]", 1},
      {"\"a\"", 1},
      {"null", 1},
      {"{\"a\": {}}\n{}", 2},
      {"{\"a\":\n{\"b\": \"\u20ac\"}}", 2},
      {"{\n\"a\": \xff", 2},
      {std::string(100'000, '['), 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 40));
    const TemporaryDirectory temporary;
    const fs::path file = temporary.path() / "nvram.json";
    write_file(file, row.text);
    const std::string place = file.string() + ":" + std::to_string(row.line) + ": ";
    CHECK(complaint(temporary.path()).substr(0, place.size()) == place);
    CHECK(read_file(file) == row.text);
  }
}

TEST_CASE("a place that cannot hold state is named") {
  const TemporaryDirectory temporary;
  const fs::path file = temporary.path() / "file";
  write_file(file, "");
  CHECK(complaint(file).starts_with(file.string() + ": "));
  CHECK(complaint(file / "below").starts_with((file / "below").string() + ": "));

  fs::create_directory(temporary.path() / "nvram.json");
  CHECK(complaint(temporary.path()).starts_with((temporary.path() / "nvram.json").string()));
}

TEST_CASE("a store that the disk refuses says so, and changes nothing") {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "state";
  Nvram nvram(directory);
  CHECK(nvram.store("a", {{"value", "old"}}));
  fs::create_directories(directory / "nvram.json.tmp/x");
  CHECK_FALSE(nvram.store("a", {{"value", "new"}}));
  CHECK_FALSE(nvram.store({{"a", {{"value", "new"}}}, {"b", {}}}));
  CHECK(nvram.find("a")->at("value") == "old");
  CHECK(nvram.find("b") == nullptr);
  fs::remove_all(directory / "nvram.json.tmp");
  CHECK(nvram.store("c", {}));
  CHECK(Nvram(directory).find("a")->at("value") == "old");
  fs::remove_all(directory);
  CHECK_FALSE(nvram.store("a", {}));
}

TEST_CASE("what is stored is its owner's alone, and is a file") {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "a/state", file = directory / "nvram.json";
  Nvram(directory).store("a", {});
  CHECK(fs::status(directory).permissions() == fs::perms::owner_all);
  CHECK(fs::status(directory.parent_path()).permissions() == fs::perms::owner_all);
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  fs::rename(file, directory / "other");
  fs::create_symlink("other", file);
  CHECK(complaint(directory) == file.string() + ": expected a file, found a symbolic link");
  fs::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK(complaint(directory) == file.string() + ": expected a file, found a FIFO");
}

}  // namespace
}  // namespace sim800
