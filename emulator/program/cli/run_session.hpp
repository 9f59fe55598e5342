// A run from its first line on standard output to its end: modules, endpoints, signals, report.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/log.hpp"
#include "emulator/program/run_report.hpp"

namespace sim800 {

/// Who runs together with the modules: the command of exec. Nothing but it writes to standard output then.
class Companion {
 public:
  virtual ~Companion() = default;
  /// All modules are ready; `environment` tells where they are.
  virtual void ready(const std::map<std::string, std::string>& environment) = 0;
  /// The program was sent this signal. False: the run ends.
  virtual bool takes(int signal) = 0;
};

/// How a run has ended.
struct RunEnd {
  bool sound = true;  ///< false: the trace has gaps
  bool fired = true;  ///< every fault did
  bool met = true;    ///< every expectation was
  bool clean = true;  ///< false: with --lint=error, and the host did something wrong
  RunReport report;

  /// The exit code of a run that is to fail where it did not go as its scenario says.
  int verdict(bool allow_unfired) const;
};

/// Runs until SIGINT, SIGTERM or SIGHUP. Throws ScenarioError, StateError, EndpointError and RunError; then nothing was
/// started.
RunEnd run_modules(const RunOptions& options, asio::io_context& loop, Log& log, Companion* companion = nullptr);

/// The whole of a subcommand: a run, its report and trace, and messages about what cannot be. `make`: the companion, or
/// null, which lives no longer than the loop that it uses; `judge`: the exit code.
int run_and_report(RunOptions options, const std::function<std::unique_ptr<Companion>(asio::io_context&)>& make,
                   const std::function<int(RunEnd&, Log&)>& judge);

}  // namespace sim800
