// A run from its first line on standard output to its end: modules, endpoints, signals, report.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>

#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/log.hpp"

namespace sim800 {

/// Runs until SIGINT, SIGTERM or SIGHUP, and returns the program's exit code. Throws ScenarioError, StateError,
/// EndpointError and RunError; then nothing was started.
int run_modules(const RunOptions& options, asio::io_context& loop, Log& log);

}  // namespace sim800
