// An event of a run as a line of JSON; docs/trace.md describes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emulator/core/duration.hpp"
#include "emulator/core/trace.hpp"

namespace sim800 {

/// Appends `"t":…,"event":…` and the fields, without the braces around them. `module` is empty where there is only one.
void append_event(std::string& line, TimePoint now, std::string_view module, std::string_view name,
                  Trace::Fields fields);

}  // namespace sim800
