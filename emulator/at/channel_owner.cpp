// SPDX-License-Identifier: MIT
#include "emulator/at/channel_owner.hpp"

#include <utility>

#include "emulator/core/latency.hpp"

namespace sim800 {

ChannelOwner::ChannelOwner(Clock& time, std::unique_ptr<const Latencies> latencies, const CommandTable& table,
                           Trace* trace)
    : latencies_(std::move(latencies)), clock(time), latency(*latencies_), commands(table), trace_(trace) {}

ChannelOwner::~ChannelOwner() = default;

}  // namespace sim800
