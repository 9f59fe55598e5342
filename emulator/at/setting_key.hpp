// Names for the values that commands keep, so that nobody counts columns where one is read.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emulator/at/name_table.hpp"

namespace sim800 {

/// A value that a command keeps: the command, and which of the values it keeps, from 0. Keys are constants in
/// namespace key, in the *_settings.hpp of the lowest room that reads them; a test holds each against the command
/// table. The compiler hashes the name: that makes reading a setting a matter of a few instructions.
struct SettingKey {
  constexpr explicit SettingKey(std::string_view name, std::size_t i) : command(name), hash(hash_of(name)), value(i) {}
  std::string_view command;
  std::uint32_t hash;
  std::size_t value;
};

/// A number that a command keeps.
struct NumberKey : SettingKey {
  constexpr explicit NumberKey(std::string_view name, std::size_t i = 0) : SettingKey(name, i) {}
};

/// A text that a command keeps, or a word or choice.
struct TextKey : SettingKey {
  constexpr explicit TextKey(std::string_view name, std::size_t i = 0) : SettingKey(name, i) {}
};

}  // namespace sim800
