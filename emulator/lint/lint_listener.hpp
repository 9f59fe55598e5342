// The driver lint of a running module: hears what its trace records.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "emulator/core/trace.hpp"
#include "emulator/lint/linter.hpp"

namespace sim800 {

/// What a trace is told, as the lint reads it. Views are those of `fields`.
LineEvent line_event(TimePoint at, std::string_view name, Trace::Fields fields);

/// Everything but what it is for is left alone: pass it each event of one module.
class LintListener {
 public:
  explicit LintListener(const Clock& clock) : clock_(clock) {}
  void operator()(std::string_view name, Trace::Fields fields) { linter.event(line_event(clock_.now(), name, fields)); }

  Linter linter;

 private:
  const Clock& clock_;
};

}  // namespace sim800
