// Data that survive a power cycle and, with --state, the process (docs/nvram.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// The state directory cannot be used: tells which file and why.
struct StateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Named sections of named text values ("http" → "URL" → …). Writing a section is atomic: after a power cut at any
/// moment either the old or the new section is there.
class Nvram {
 public:
  using Section = std::map<std::string, std::string, std::less<>>;
  using Sections = std::map<std::string, Section, std::less<>>;

  /// In memory only.
  Nvram() = default;
  /// Stored in `directory`/nvram.json, which is created if necessary. Throws StateError if that is impossible or the
  /// file is damaged.
  explicit Nvram(const std::filesystem::path& directory);

  /// What is stored in a directory; nothing is changed there. Throws StateError.
  static Sections read(const std::filesystem::path& directory);

  const Section* find(std::string_view name) const;
  /// Whether a section has all of these values.
  bool holds(std::string_view name, const Section& values) const;
  /// Replaces a section and writes the file. If the disk refuses, returns false and logs it, and nothing has changed.
  bool store(std::string_view name, Section section);
  /// Likewise several sections in one write.
  bool store(Sections sections);

 private:
  void write() const;
  std::filesystem::path file_;  ///< empty: memory only
  UniqueFd directory_;
  Sections sections_;
};

/// Empty where the section has no such value.
std::string value_in(const Nvram::Section& section, std::string_view name);

}  // namespace sim800
