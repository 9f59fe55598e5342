// Pinger by ICMP: through a raw socket if the process may have one, else through an unprivileged one
// (net.ipv4.ping_group_range). If neither is permitted nothing is sent, no reply comes, and the log says so.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include "backends/link/radio_link.hpp"
#include "backends/ports/ping.hpp"

namespace sim800 {

/// Both must outlive the pinger and its pings; `seed` is for the jitter. The link maps names, and delays replies by its
/// model.
std::unique_ptr<Pinger> make_icmp_pinger(asio::io_context& loop, RadioLink& link, std::uint64_t seed);

}  // namespace sim800
