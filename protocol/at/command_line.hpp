// Splits a command line into commands (AT manual 1.4, V.250 5.3-5.4).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sim800 {

enum class Form : std::uint8_t { execute, test, read, write };

/// A command's name in upper case: "+CSQ", "E", "&W", "S0", "D".
class CommandName {
 public:
  static constexpr std::size_t max_length = 20;
  constexpr CommandName() = default;

  void push_back(char c);
  std::string_view view() const { return {text_.data(), length_}; }

 private:
  std::array<char, max_length> text_{};
  std::uint8_t length_ = 0;
};

/// One command as typed. Views point into the line.
struct TypedCommand {
  CommandName name;
  Form form = Form::execute;
  /// Everything after '=', or the digits of a basic command, or the dial string of D.
  std::string_view arguments;
};

/// The commands of one line, in order.
class CommandLine {
 public:
  static constexpr std::size_t max_commands = 39;  // manual 1.4.4

  /// False if there are more than max_commands: then none may run. Text that is not a command becomes an unknown
  /// command, so that the commands before it still run (V.250 5.4.1).
  bool parse(std::string_view line);
  std::span<const TypedCommand> commands() const { return {commands_.data(), count_}; }

 private:
  std::array<TypedCommand, max_commands> commands_;
  std::size_t count_ = 0;
};

}  // namespace sim800
