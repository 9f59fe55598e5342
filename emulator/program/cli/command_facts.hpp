// What the command table tells of its rows, for the subcommands that print it.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/command.hpp"

namespace sim800 {

std::string_view word(Support support);
/// Of the manual, or "application note".
std::string chapter_of(const Command& command);
/// "test", "read", "write", "execute".
std::vector<std::string> forms_of(const Command& command);
/// The models that have the command with their usual firmware; empty: all.
std::vector<std::string_view> models_with(const Command& command);

}  // namespace sim800
