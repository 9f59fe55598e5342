// Where the server names that firmware asks for lead.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace sim800 {

/// `network.hosts` of a scenario: where hard-coded server names and literal addresses lead. Keys: "name", "name:port"
/// (takes precedence over "name"), "*" for all others; case, a final dot and
/// the spelling of an address do not matter. Values: "ADDRESS", "ADDRESS:PORT",
/// "NAME:PORT", "unresolvable", "refuse", "blackhole". A value without a port keeps the requested port.
using HostMap = std::map<std::string, std::string>;

}  // namespace sim800
