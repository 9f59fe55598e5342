// Servers as in scenario files: "www.sim.com", "www.sim.com:8080", "10.0.0.1", "[::1]:80".
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace sim800 {

/// A key of `network.hosts`: a name or an address, with or without a port, or "*"; see HostMap.
bool is_host_key(std::string_view text);

/// A value of `network.hosts`: the same without "*", or one of "unresolvable", "refuse" and "blackhole".
bool is_host_value(std::string_view text);

}  // namespace sim800
