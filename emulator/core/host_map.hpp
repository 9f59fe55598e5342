// Where the names that firmware asks for lead.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace sim800 {

/// `network.hosts` of a scenario: where hard-coded host names (and literal addresses) lead.
/// Keys: "name", "name:port" (wins over "name"), "*" for all others; compared without regard to case.
/// Values: "ADDRESS", "ADDRESS:PORT", "NAME:PORT", "unresolvable", "refuse", "blackhole".  A value without a port keeps
/// the port asked for.
using HostMap = std::map<std::string, std::string>;

}  // namespace sim800
