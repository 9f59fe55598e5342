// The subcommands of `sim800`, a file each: what they add to the command line.
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

namespace sim800 {

// Each adds its subcommand to `app`, and sets `status`, the program's exit code, when it has run.
void add_play(CLI::App& app, int& status);
void add_trace(CLI::App& app, int& status);

}  // namespace sim800
