// Names for the values that commands keep, so that nobody counts columns where one is read.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace sim800 {

/// A number that a command keeps: the command, and which of the values it keeps, from 0.  Keys are constants in
/// namespace key, in the *_settings.hpp of the lowest room that reads them; a test holds each against the command
/// table.
struct NumberKey {
  std::string_view command;
  std::size_t value = 0;
};

/// A text that a command keeps, or a word or choice.
struct TextKey {
  std::string_view command;
  std::size_t value = 0;
};

}  // namespace sim800
