// Lines no driver would send: inverted grammar, numbers at their limits, random bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace sim800::test {

/// The same on every machine, unlike the standard library's distributions.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  /// 0 to `end` - 1.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
  bool percent(std::size_t share) { return below(100) < share; }
  char byte() { return static_cast<char>(below(256)); }
  std::string bytes(std::size_t count);
  template <class T>
  const T& one_of(std::span<const T> values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

class LineMaker {
 public:
  explicit LineMaker(Chance& chance) : chance_(chance) {}

  /// A line with its prefix, without its end; any bytes.
  std::string line();
  /// Only extended commands between ';'.
  std::string extended_line();

 private:
  std::string sensible_line();
  std::string command(bool extended);
  std::string arguments();
  std::string argument();
  std::string number();
  std::string quoted();
  void mutate(std::string& text);

  Chance& chance_;
};

/// Whether a line may change the format of responses when run, or have payload among them.
bool may_change_format(std::string_view line);

}  // namespace sim800::test
