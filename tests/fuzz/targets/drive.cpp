// The drive: names and calls as firmware gives them, in memory and in a folder at once. Both do the same, and nothing
// outside the folder changes.
// SPDX-License-Identifier: MIT
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "emulator/board/audio_file.hpp"
#include "emulator/files/file_system.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

namespace fs = std::filesystem;

/// A folder of this process's own, and around it nothing but that folder.
struct Yard {
  Yard() : root(fs::temp_directory_path() / ("sim800-fuzz-drive-" + std::to_string(::getpid()))) { clear(); }
  Yard(const Yard&) = delete;
  Yard& operator=(const Yard&) = delete;
  ~Yard() { fs::remove_all(root); }
  void clear() const {
    fs::remove_all(root);
    fs::create_directories(drive());
  }
  fs::path drive() const { return root / "files"; }
  bool is_clean() const {
    return std::distance(fs::directory_iterator(root), fs::directory_iterator()) == 1 &&
           fs::symlink_status(drive()).type() == fs::file_type::directory;
  }
  fs::path root;
};

std::vector<std::string> names(const FileSystem& files, std::string_view folder) {
  std::vector<std::string> found;
  for (const FileSystem::Entry& entry : files.list(folder).value_or(std::vector<FileSystem::Entry>{}))
    found.push_back(entry.name + (entry.directory ? "\\" : ""));
  std::ranges::sort(found);
  return found;
}

std::string_view until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

/// One call, as its first letter says; its result as a text.
std::string call(FileSystem& files, std::string_view line) {
  const auto said = [](bool done) { return std::string(done ? "yes" : "no"); };
  const std::uint8_t what = take_byte(line);
  const std::string_view path = until(line, '|');
  switch (what) {
    case 'm': return said(files.make_directory(path));
    case 'x': return said(files.remove_directory(path));
    case 'c': return said(files.create(path));
    case 'd': return said(files.remove(path));
    case 'n': return said(files.rename(path, line));
    case 'p': return said(files.put(path, line));
    case 'w': {
      const std::uint64_t offset = take_byte(line);
      return said(files.write(path, offset, line));
    }
    case 'f': return said(files.put(path, std::string(60'000, 'x')));
    case 'r': {
      const std::uint64_t offset = take_byte(line);
      return files.read(path, offset, take_byte(line)).value_or("none");
    }
    case 's': return std::to_string(files.size(path).value_or(99'999'999));
    default: {
      std::string all;
      for (const std::string& name : names(files, path)) all += name + "/";
      return all;
    }
  }
}

void agree(const FileSystem& one, const FileSystem& other) {
  require(one.free_bytes() == other.free_bytes(), "the drives have different room");
  for (const char* folder : {"C:\\", "C:\\User\\"})
    require(names(one, folder) == names(other, folder), "the drives hold different files");
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800;
  using namespace sim800::test;
  static const Yard yard;
  spdlog::set_level(spdlog::level::off);
  yard.clear();
  std::string_view input = text_of(data, std::min<std::size_t>(size, 4096));
  FileSystem in_memory;
  {
    FileSystem in_folder(yard.drive());
    for (int calls = 0; !input.empty() && calls < 100; ++calls) {
      const std::string_view line = until(input, '\n');
      const std::string result = call(in_memory, line);
      require(call(in_folder, line) == result, "the drives answer differently");
      (void)form_of_path(line);
      if (const auto path = FilePath::parse(line); path && !path->names.empty()) {
        const std::string key = path->canonical();  // without the colon behind the drive
        const std::string spelt = key.substr(0, 1) + ":" + key.substr(1);
        const auto again = FilePath::parse(spelt);
        require(again && again->canonical() == key, "two spellings of a path are two paths");
      }
    }
    agree(in_memory, in_folder);
  }
  agree(in_memory, FileSystem(yard.drive()));
  require(yard.is_clean(), "something was written outside the drive");
  return 0;
}
