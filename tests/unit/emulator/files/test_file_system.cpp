// SPDX-License-Identifier: MIT
// The module's drive: the same cases in memory and in a folder, then what only a folder can meet.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

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

std::string word(bool done) { return done ? "yes" : "no"; }

std::string listing(const FileSystem& files, std::string_view directory) {
  const auto entries = files.list(directory);
  if (!entries) return "no";
  std::string text;
  for (const auto& [name, is_directory] : *entries)
    text += (text.empty() ? "" : " ") + name + (is_directory ? "\\" : "");
  return text;
}

struct Step {
  std::string act, path, argument, result;
};

std::string carry_out(FileSystem& files, const Step& step) {
  const std::string_view path = step.path;
  if (step.act == "list") return listing(files, path);
  if (step.act == "mkdir") return word(files.make_directory(path));
  if (step.act == "rmdir") return word(files.remove_directory(path));
  if (step.act == "create") return word(files.create(path));
  if (step.act == "remove") return word(files.remove(path));
  if (step.act == "rename") return word(files.rename(path, step.argument));
  if (step.act == "put") return word(files.put(path, step.argument));
  if (step.act == "read") return files.read(path, 0, 1'000'000).value_or("no");
  if (step.act == "append") return word(files.write(path, files.size(path).value_or(0), step.argument));
  if (step.act == "overwrite") return word(files.write(path, 0, step.argument));
  if (step.act == "size") return files.size(path) ? std::to_string(*files.size(path)) : "no";
  if (step.act == "free") return std::to_string(files.free_bytes());
  return "an act that nobody knows";
}

const std::string full(FileSystem::capacity, 'f');
const std::string name_124(124, 'n');  // with "C:\" and a backslash at the end, 128

const std::vector<std::pair<std::string, std::vector<Step>>> cases = {
    {"an empty drive",
     {{"list", R"(C:\)", "", R"(User\)"},
      {"list", R"(C:\User\)", "", ""},
      {"list", R"(C:\User)", "", ""},
      {"free", "", "", "186368"}}},
    {"a file from making to removing",
     {{"create", R"(C:\User\x.txt)", "", "yes"},
      {"size", R"(C:\User\x.txt)", "", "0"},
      {"read", R"(C:\User\x.txt)", "", ""},
      {"create", R"(C:\User\x.txt)", "", "no"},
      {"append", R"(C:\User\x.txt)", "hello", "yes"},
      {"append", R"(C:\User\x.txt)", " world", "yes"},
      {"read", R"(C:\User\x.txt)", "", "hello world"},
      {"free", "", "", "186357"},
      {"overwrite", R"(C:\User\x.txt)", "HE", "yes"},
      {"read", R"(C:\User\x.txt)", "", "HEllo world"},
      {"overwrite", R"(C:\User\x.txt)", "a longer text altogether", "yes"},
      {"size", R"(C:\User\x.txt)", "", "24"},
      {"remove", R"(C:\User\x.txt)", "", "yes"},
      {"remove", R"(C:\User\x.txt)", "", "no"},
      {"size", R"(C:\User\x.txt)", "", "no"},
      {"read", R"(C:\User\x.txt)", "", "no"},
      {"append", R"(C:\User\x.txt)", "a", "no"},
      {"free", "", "", "186368"}}},
    {"case does not count, and is kept",
     {{"create", R"(c:\USER\Read.Me)", "", "yes"},
      {"list", R"(C:\user)", "", "Read.Me"},
      {"create", R"(C:\User\READ.ME)", "", "no"},
      {"append", R"(C:\uSER\rEAD.mE)", "x", "yes"},
      {"size", R"(C:\User\read.me)", "", "1"},
      {"mkdir", R"(C:\USER)", "", "no"},
      {"rename", R"(C:\User\read.me)", R"(C:\User\READ.me)", "yes"},
      {"list", R"(C:\User\)", "", "READ.me"},
      {"read", R"(C:\User\read.me)", "", "x"}}},
    {"bytes above ASCII are themselves",
     {{"create", "C:\\User\\\xe9\xc9\x80\xff", "", "yes"},
      {"create", "C:\\User\\\xc9\xc9\x80\xff", "", "yes"},
      {"put", "C:\\User\\\u010d.txt", "zero \xff", "yes"},
      {"list", R"(C:\User\)", "", "\xe9\xc9\x80\xff \xc9\xc9\x80\xff \u010d.txt"},
      {"read", "C:\\User\\\u010d.txt", "", "zero \xff"}}},
    {"directories",
     {{"mkdir", R"(C:\User\FTP\)", "", "yes"},
      {"mkdir", R"(C:\User\FTP)", "", "no"},
      {"mkdir", R"(C:\a\b)", "", "no"},
      {"mkdir", R"(C:\)", "", "no"},
      {"rmdir", R"(C:\)", "", "no"},
      {"put", R"(C:\User\FTP\f)", "1", "yes"},
      {"rmdir", R"(C:\User\FTP)", "", "no"},
      {"remove", R"(C:\User\FTP)", "", "no"},
      {"rmdir", R"(C:\User\FTP\f)", "", "no"},
      {"size", R"(C:\User\FTP)", "", "no"},
      {"read", R"(C:\User\FTP)", "", "no"},
      {"put", R"(C:\User\FTP)", "1", "no"},
      {"list", R"(C:\User\FTP\f)", "", "no"},
      {"create", R"(C:\User\FTP\f\g)", "", "no"},
      {"create", R"(C:\User\g\)", "", "no"},
      {"size", R"(C:\User\FTP\f\)", "", "no"},
      {"remove", R"(C:\User\FTP\f\)", "", "no"},
      {"remove", R"(C:\User\FTP\f)", "", "yes"},
      {"rmdir", R"(C:\User\FTP\)", "", "yes"},
      {"list", R"(C:\User\FTP)", "", "no"}}},
    {"renaming",
     {{"put", R"(C:\User\a)", "A", "yes"},
      {"put", R"(C:\User\b)", "B", "yes"},
      {"mkdir", R"(C:\d)", "", "yes"},
      {"mkdir", R"(C:\d\e)", "", "yes"},
      {"rename", R"(C:\User\a)", R"(C:\User\b)", "no"},
      {"rename", R"(C:\User\z)", R"(C:\User\y)", "no"},
      {"rename", R"(C:\User\a)", R"(C:\none\a)", "no"},
      {"rename", R"(C:\User\a)", R"(C:\User\a\)", "no"},
      {"rename", R"(C:\)", R"(C:\x)", "no"},
      {"rename", R"(C:\d)", R"(C:\)", "no"},
      {"rename", R"(C:\d)", R"(C:\d\e\d)", "no"},
      {"rename", R"(C:\d)", R"(C:\D\d)", "no"},
      {"rename", R"(C:\User\a)", R"(C:\User\c)", "yes"},
      {"list", R"(C:\User)", "", "c b"},
      {"rename", R"(C:\User\c)", R"(C:\d\e\a)", "yes"},
      {"read", R"(C:\d\e\a)", "", "A"},
      {"rename", R"(C:\d\)", R"(C:\User\moved\)", "yes"},
      {"read", R"(C:\user\moved\e\a)", "", "A"},
      {"list", R"(C:\)", "", R"(User\)"},
      {"list", R"(C:\User\)", "", R"(b moved\)"},
      {"free", "", "", "186366"}}},
    {"the drive is full",
     {{"put", R"(C:\User\f)", full, "yes"},
      {"free", "", "", "0"},
      {"append", R"(C:\User\f)", "1", "no"},
      {"put", R"(C:\User\g)", "1", "no"},
      {"create", R"(C:\User\g)", "", "yes"},
      {"append", R"(C:\User\g)", "1", "no"},
      {"mkdir", R"(C:\g)", "", "yes"},
      {"overwrite", R"(C:\User\f)", "in place", "yes"},
      {"size", R"(C:\User\f)", "", "186368"},
      {"overwrite", R"(C:\User\f)", full + "1", "no"},
      {"put", R"(C:\User\f)", full + "1", "no"},
      {"size", R"(C:\User\f)", "", "186368"},
      {"put", R"(C:\User\f)", "1", "yes"},
      {"free", "", "", "186367"},
      {"append", R"(C:\User\g)", full, "no"},
      {"size", R"(C:\User\g)", "", "0"}}},
    {"paths of up to 128 characters",
     {{"mkdir", R"(C:\)" + name_124 + R"(\)", "", "yes"},
      {"create", R"(C:\)" + name_124 + R"(\x)", "", "no"},
      {"create", R"(C:\)" + std::string(125, 'f'), "", "yes"},
      {"create", R"(C:\)" + std::string(126, 'f'), "", "no"},
      {"mkdir", R"(C:\d)", "", "yes"},
      {"put", R"(C:\d\file)", "1", "yes"},
      {"rename", R"(C:\d)", R"(C:\)" + std::string(121, 'd'), "no"},
      {"rename", R"(C:\d)", R"(C:\)" + std::string(120, 'd'), "yes"},
      {"read", R"(C:\)" + std::string(120, 'd') + R"(\file)", "", "1"}}},
    {"any bytes in a file",
     {{"put", R"(C:\User\z)", std::string("\0\r\n\x1a\xff", 5), "yes"},
      {"read", R"(C:\User\z)", "", std::string("\0\r\n\x1a\xff", 5)},
      {"put", R"(C:\User\z)", "", "yes"},
      {"size", R"(C:\User\z)", "", "0"}}},
};

const std::vector<std::string> hostile = {"",
                                          "C:",
                                          "C:x",
                                          "..",
                                          R"(..\x)",
                                          R"(\..\x)",
                                          R"(\\x)",
                                          "/etc/passwd",
                                          "C:/x",
                                          "C:/User/x",
                                          R"(C:\User/x)",
                                          R"(C:\/etc/passwd)",
                                          R"(C:\..)",
                                          R"(C:\..\x)",
                                          R"(C:\..\..\..\..\etc\passwd)",
                                          R"(C:\User\..\..\x)",
                                          R"(C:\User\..)",
                                          R"(C:\.)",
                                          R"(C:\User\.\x)",
                                          R"(C:\User\...)",
                                          R"(C:\User\x.)",
                                          R"(C:\User\x )",
                                          R"(C:\User \x)",
                                          R"(C:\ )",
                                          R"(C:\. .)",
                                          R"(C:\.. )",
                                          R"(C:\..\)",
                                          R"(C:\\x)",
                                          R"(C:\User\\x)",
                                          R"(C:\\)",
                                          R"(\\host\share\x)",
                                          R"(\\?\C:\x)",
                                          R"(\\.\COM1)",
                                          R"(D:\x)",
                                          R"(D:\)",
                                          R"(Z:\x)",
                                          R"(::\x)",
                                          R"(C:\C:\x)",
                                          R"(C:\x:stream)",
                                          R"(C:\CON)",
                                          R"(C:\con)",
                                          R"(C:\User\nul)",
                                          R"(C:\User\NUL.txt)",
                                          R"(C:\aux.)",
                                          R"(C:\Aux.tar.gz)",
                                          R"(C:\PRN\x)",
                                          R"(C:\COM1)",
                                          R"(C:\com9.log)",
                                          R"(C:\LPT1)",
                                          R"(C:\User\lpt9.x\y)",
                                          R"(C:\CON .txt)",
                                          R"(C:\a<b)",
                                          R"(C:\a>b)",
                                          R"(C:\a"b)",
                                          R"(C:\a|b)",
                                          R"(C:\a?b)",
                                          R"(C:\*)",
                                          R"(C:\User\*.*)",
                                          "C:\\a\tb",
                                          "C:\\a\nb",
                                          "C:\\a\x7f",
                                          std::string("C:\\a\0b", 6),
                                          std::string("C:\\\0", 4),
                                          "C:\\\x01",
                                          R"(C:\.sim800-unfinished)",
                                          R"(C:\User\.SIM800-Unfinished)",
                                          R"(C:\)" + std::string(126, 'x'),
                                          R"(C:\)" + std::string(70'000, 'x'),
                                          R"(C:\)" + std::string(5'000, '\\'),
                                          "c%3A\\x",
                                          R"(file:///C:\x)",
                                          R"( C:\x)"};

}  // namespace

TEST_CASE("the same in memory and in a folder, and still there in the folder later") {
  for (const auto& [title, steps] : cases) {
    CAPTURE(title);
    const TemporaryDirectory temporary;
    const fs::path folder = temporary.path() / "files";
    FileSystem memory, kept(folder);
    for (const Step& step : steps) {
      CAPTURE(step.act);
      CAPTURE(step.path);
      CAPTURE(step.argument.substr(0, 100));
      CHECK(carry_out(memory, step) == step.result);
      CHECK(carry_out(kept, step) == step.result);
    }
    const FileSystem again(folder);
    CHECK(again.free_bytes() == kept.free_bytes());
    for (const char* directory : {R"(C:\)", R"(C:\User\)"}) {
      const auto entries = kept.list(directory);
      REQUIRE(entries);
      CHECK(again.list(directory)->size() == entries->size());
      for (const auto& [name, is_directory] : *entries) {
        if (is_directory) continue;
        const std::string path = std::string(directory) + name;
        CHECK(again.read(path, 0, FileSystem::capacity) == memory.read(path, 0, FileSystem::capacity));
      }
    }
    CHECK_FALSE(fs::exists(folder / std::string(unfinished_name)));
  }
}

TEST_CASE("no hostile path leads anywhere") {
  const TemporaryDirectory temporary;
  const fs::path folder = temporary.path() / "a" / "files";
  put_file(temporary.path() / "x", "outside");
  FileSystem memory, kept(folder);
  for (FileSystem* files : {&memory, &kept}) {
    REQUIRE(files->put(R"(C:\User\mine)", "mine"));
    for (const std::string& path : hostile) {
      CAPTURE(path.substr(0, 200));
      CHECK_FALSE(files->create(path));
      CHECK_FALSE(files->put(path, "x"));
      CHECK_FALSE(files->make_directory(path));
      CHECK_FALSE(files->remove_directory(path));
      CHECK_FALSE(files->remove(path));
      CHECK_FALSE(files->write(path, 0, "x"));
      CHECK_FALSE(files->list(path));
      CHECK_FALSE(files->size(path));
      CHECK_FALSE(files->read(path, 0, 1));
      CHECK_FALSE(files->rename(path, R"(C:\User\y)"));
      CHECK_FALSE(files->rename(R"(C:\User\mine)", path));
    }
    CHECK(listing(*files, R"(C:\)") == R"(User\)");
    CHECK(listing(*files, R"(C:\User\)") == "mine");
  }
  CHECK(contents(temporary.path() / "x") == "outside");
  CHECK(std::distance(fs::recursive_directory_iterator(temporary.path()), {}) == 5);  // x, a, files, User, mine
}

TEST_CASE("names that only look hostile are good") {
  FileSystem files;
  for (const char* name : {".hidden", "..x", "a..b", "CONSOLE", "com10", "COM0", "LPT", "nulls.txt", "a b", " a",
                           "#%&'()+,;=@[]^_`{}~!$-"}) {
    CAPTURE(name);
    CHECK(files.create(std::string(R"(C:\User\)") + name));
  }
}

TEST_CASE("reading a part, and past the end") {
  const TemporaryDirectory temporary;
  FileSystem memory, kept(temporary.path());
  for (FileSystem* files : {&memory, &kept}) {
    REQUIRE(files->put(R"(C:\x)", "0123456789"));
    CHECK(files->read(R"(C:\x)", 3, 4) == "3456");
    CHECK(files->read(R"(C:\x)", 8, std::size_t(-1)) == "89");
    CHECK(files->read(R"(C:\x)", 10, 5) == "");
    CHECK(files->read(R"(C:\x)", std::uint64_t(-1), 5) == "");
    CHECK(files->read(R"(C:\x)", 0, 0) == "");
    CHECK_FALSE(files->write(R"(C:\x)", 11, "x"));
    CHECK_FALSE(files->write(R"(C:\x)", std::uint64_t(-1), "x"));
    CHECK(files->write(R"(C:\x)", 9, "XYZ"));
    CHECK(files->read(R"(C:\x)", 0, 20) == "012345678XYZ");
  }
}

TEST_CASE("there is an end to files of no size") {
  FileSystem files;
  std::size_t made = 1;  // User
  while (files.create(R"(C:\)" + std::to_string(made))) ++made;
  CHECK(made == FileSystem::max_entries);
  CHECK_FALSE(files.make_directory(R"(C:\d)"));
  CHECK_FALSE(files.put(R"(C:\d)", ""));
  CHECK(files.remove(R"(C:\1)"));
  CHECK(files.make_directory(R"(C:\d)"));
}

}  // namespace sim800::test
