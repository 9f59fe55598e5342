// A run from its first line on standard output to its end: modules, endpoints, signals, report.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/program/cli/run_options.hpp"

namespace sim800 {

/// Runs until SIGINT, SIGTERM or SIGHUP. Throws ScenarioError, StateError, EndpointError and RunError; then nothing was
/// started.
void run_modules(const RunOptions& options);

}  // namespace sim800
