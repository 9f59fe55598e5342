// Pinger by ICMP: through a raw socket where the process may have one, else through an unprivileged one
// (net.ipv4.ping_group_range).  Where neither is permitted nothing is sent and no reply comes, which the log says.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include "backends/link/radio_link.hpp"
#include "backends/ports/ping.hpp"

namespace sim800 {

/// Both must outlive the pinger and its pings; `seed` is the jitter's.  The link maps hosts, and delays replies as its
/// model says.
std::unique_ptr<Pinger> make_icmp_pinger(asio::io_context& loop, RadioLink& link, std::uint64_t seed);

}  // namespace sim800
