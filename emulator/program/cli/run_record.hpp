// What a run leaves behind for those who were not there: its report, and its trace where it failed.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/log.hpp"
#include "emulator/program/run_report.hpp"
#include "emulator/program/temporary_folder.hpp"

namespace sim800 {

class RunRecord {
 public:
  /// Has the run traced where that is needed. Throws RunError where the report or the folder cannot be written.
  explicit RunRecord(RunOptions& options);

  /// Writes what was asked for. `failed`: so did the run. False, with a line in the log, where that cannot be done.
  bool finish(const RunReport& report, bool failed, Log& log) const;

 private:
  void write_report(const RunReport& report) const;
  void keep_trace(const RunReport& report, Log& log) const;

  std::string report_, folder_, trace_;
  TemporaryFolder temporary_;
};

/// Refuses a report that is neither FILE.xml nor, where there is a page for it, FILE.html, or that cannot be written.
/// Throws RunError.
void check_report_file(const std::string& file, bool html);

/// Throws RunError.
void write_file(const std::string& file, const std::string& text);

}  // namespace sim800
