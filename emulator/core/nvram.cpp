// The state file (docs/nvram.md): JSON, replaced as a whole by rename, so that a power cut never leaves half of it.
// SPDX-License-Identifier: MIT
#include "emulator/core/nvram.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "emulator/core/atomic_file.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Values are bytes, JSON is Unicode: bytes 0x80-0xFF are stored as the code points of the same numbers.
std::string to_utf8(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    } else {
      text += c;
    }
  }
  return text;
}

// `text` is valid UTF-8; nothing if it contains a code point above U+00FF.
std::optional<std::string> to_bytes(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead > 0xC3) return std::nullopt;
    if (lead < 0x80) {
      bytes += text[i];
    } else {
      bytes += static_cast<char>((lead << 6) | (static_cast<unsigned char>(text[++i]) & 0x3F));
    }
  }
  return bytes;
}

[[noreturn]] void fail(const fs::path& path) {
  throw StateError(fmt::format("{}: {}", path.string(), std::generic_category().message(errno)));
}

using Sections = Nvram::Sections;

// Accepts an object of objects of strings and stops at anything else.
class FileReader : public json::json_sax_t {
 public:
  explicit FileReader(Sections& sections) : sections_(sections) {}

  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_integer(json::number_integer_t) override { return false; }
  bool number_unsigned(json::number_unsigned_t) override { return false; }
  bool number_float(json::number_float_t, const json::string_t&) override { return false; }
  bool binary(json::binary_t&) override { return false; }
  bool start_array(std::size_t) override { return false; }
  bool end_array() override { return false; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

  bool start_object(std::size_t) override {
    if (depth_ == 1) section_ = &sections_[key_];
    return ++depth_ <= 2;
  }
  bool end_object() override { return --depth_ >= 0; }
  bool key(json::string_t& text) override {
    auto bytes = to_bytes(text);
    key_ = bytes.value_or("");
    return bytes.has_value();
  }
  bool string(json::string_t& text) override {
    auto bytes = to_bytes(text);
    if (depth_ != 2 || !bytes) return false;
    (*section_)[key_] = std::move(*bytes);
    return true;
  }

 private:
  Sections& sections_;
  Nvram::Section* section_ = nullptr;
  std::string key_;
  int depth_ = 0;
};

std::string kind_of(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// Reads the whole of it. Only a file is opened for reading: opening a device may have effects, and a FIFO waits.
std::string read_file(const fs::path& file) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0) fail(file);
  const auto expect_file = [&] {
    if (S_ISREG(status.st_mode)) return;
    throw StateError(fmt::format("{}: expected a file, found {}", file.string(), kind_of(status.st_mode)));
  };
  expect_file();
  const UniqueFd opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) fail(file);
  expect_file();
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t count = ::read(opened.get(), part.data(), part.size());
    if (count == 0) return text;
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) fail(file);
  }
}

Sections read_sections(const fs::path& file) {
  const std::string text = read_file(file);
  Sections sections;
  FileReader reader(sections);
  // Read from a stream, which tells how far parsing got.
  std::istringstream input(text);
  if (json::sax_parse(input, &reader)) return sections;
  input.clear();
  // The last character read may be the one after a number.
  const auto end = text.begin() + std::max<std::ptrdiff_t>(input.tellg() - std::streamoff{1}, 0);
  const auto line = 1 + std::count(text.begin(), end, '\n');
  throw StateError(fmt::format(
      "{}:{}: damaged: expected an object of objects of strings; remove the file to start over", file.string(), line));
}

fs::path temporary(const fs::path& file) { return fs::path(file) += ".tmp"; }

}  // namespace

Nvram::Nvram(const fs::path& directory) : file_(directory / "nvram.json") {
  try {
    make_directories(directory);
  } catch (const fs::filesystem_error& problem) {
    throw StateError(fmt::format("{}: {}", directory.string(), problem.code().message()));
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) fail(directory);
  // From here on this directory is written to, whatever becomes of its name.
  directory_ = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory_.get() < 0) fail(directory);
  // Left behind by a power cut; the file it was to replace is complete.
  std::error_code error;
  fs::remove(temporary(file_), error);
  if (error) throw StateError(fmt::format("{}: {}", temporary(file_).string(), error.message()));
  sections_ = read(directory);
}

Sections Nvram::read(const fs::path& directory) {
  const fs::path file = directory / "nvram.json";
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored)) ? read_sections(file) : Sections();
}

const Nvram::Section* Nvram::find(std::string_view name) const {
  const auto found = sections_.find(name);
  return found == sections_.end() ? nullptr : &found->second;
}

bool Nvram::holds(std::string_view name, const Section& values) const {
  const Section* section = find(name);
  return section != nullptr && std::ranges::includes(*section, values);
}

bool Nvram::store(std::string_view name, Section section) {
  Sections one;
  one.emplace(name, std::move(section));
  return store(std::move(one));
}

bool Nvram::store(Sections changed) {
  Sections before;
  for (auto& [name, section] : changed) {
    if (auto old = sections_.extract(name)) before.insert(std::move(old));
    sections_.emplace(name, std::move(section));
  }
  if (file_.empty()) return true;
  try {
    write();
    return true;
  } catch (const StateError& problem) {
    spdlog::error("non-volatile data could not be saved: {}", problem.what());
  }
  for (const auto& [name, section] : changed) sections_.erase(name);
  sections_.merge(before);
  return false;
}

std::string value_in(const Nvram::Section& section, std::string_view name) {
  const auto found = section.find(name);
  return found == section.end() ? std::string() : found->second;
}

void Nvram::write() const {
  auto document = json::object();
  for (const auto& [name, section] : sections_) {
    json& values = document[to_utf8(name)] = json::object();
    for (const auto& [key, value] : section) values[to_utf8(key)] = to_utf8(value);
  }
  if (!write_atomically(directory_.get(), temporary(file_).filename(), directory_.get(), file_.filename(),
                        document.dump(2) + "\n")) {
    fail(file_);
  }
}

}  // namespace sim800
