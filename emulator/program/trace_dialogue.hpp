// A recorded trace as a dialogue (docs/dialogues.md) that can be played again.
// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <ostream>
#include <string>

namespace sim800 {

/// What host and module said to each other on `channel`, from the host's first byte on; empty: the one line that a host
/// has used. Throws TraceError.
void print_dialogue(std::istream& in, const std::string& file, const std::string& channel, std::ostream& out);

}  // namespace sim800
