// The record of a run: one JSON object a line, in the order things happened (docs/trace.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/core/clock.hpp"

namespace sim800 {

class Trace {
 public:
  struct Field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, bool> value;
  };

  /// Writes to `file`, replacing it.  Throws StateError where that cannot be done.
  Trace(const std::string& file, const Clock& clock);

  /// Texts are bytes: each stands as the code point of its value, U+0000 to U+00FF.
  void event(std::string_view name, std::initializer_list<Field> fields = {});

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const Clock& clock_;
  std::unique_ptr<std::FILE, Close> file_;
  std::string line_;
};

}  // namespace sim800
