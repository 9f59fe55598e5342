// The network behind data calls: name server, host map and radio link in front of a user-mode stack, so that neither
// root nor a device is needed.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include "backends/link/interference.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/packets/pcap_file.hpp"
#include "backends/ports/packets.hpp"
#include "emulator/core/host_map.hpp"

namespace sim800 {

struct PacketNetworkParts {
  asio::io_context& loop;
  RadioLink& link;
  const HostMap& hosts;  ///< as the link has them
  Interference* faults;  ///< null: none
  PcapFile* capture;     ///< null: nobody watches
  std::uint64_t seed;
};

/// All that `parts` name outlives it, and it its paths.
std::unique_ptr<PacketNetwork> make_packet_network(const PacketNetworkParts& parts);

}  // namespace sim800
