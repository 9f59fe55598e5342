// The record of a run, in the order things happened: a file of JSON Lines (docs/trace.md), and whoever listens.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "emulator/core/clock.hpp"

namespace sim800 {

class Trace {
 public:
  struct Field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, bool> value;
  };

  using Fields = std::initializer_list<Field>;

  /// Writes to no file.
  explicit Trace(const Clock& clock) : clock_(clock) {}
  /// Writes to `file`, replacing it; "-" is standard output. Throws StateError if it cannot be opened.
  Trace(const std::string& file, const Clock& clock);
  /// Of one module among several: writes to the run's file, each event with the module's name.
  Trace(const Trace& run, std::string module) : clock_(run.clock_), file_(run.file_), module_(std::move(module)) {}

  /// Hears every event, after the file.
  std::function<void(std::string_view name, Fields fields)> listener;

  /// Strings hold bytes: each is written as the code point of its value, U+0000 to U+00FF.
  void event(std::string_view name, Fields fields = {});

 private:
  void write(std::string_view name, Fields fields);

  struct Close {
    void operator()(std::FILE* file) const {
      if (file != nullptr) std::fclose(file);
    }
  };
  const Clock& clock_;
  std::shared_ptr<std::FILE> file_;
  std::string module_;  ///< empty: there is only one
  std::string line_;
};

}  // namespace sim800
