// Where the project's own files are that tests read.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace sim800::test {

/// The root of the source tree, without a trailing slash.
const std::string& source_dir();

}  // namespace sim800::test
