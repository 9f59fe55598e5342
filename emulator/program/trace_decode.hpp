// What the bytes of a trace mean: messages in PDU mode, HTTP and FTP that firmware speaks over a socket.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "emulator/program/trace_event.hpp"

namespace sim800 {

/// One line for each that is found, without a line end; none for most events.
std::vector<std::string> decoded(const TraceEvent& event);

}  // namespace sim800
