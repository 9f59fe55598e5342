// The network behind a data call, as IP packets; independent of what stands behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace sim800 {

/// The addresses of a context, in host byte order.
struct PacketHost {
  std::uint32_t address = 0;
  std::uint32_t dns[2]{};
};

/// A host's way into the network; destroying it ends all of its connections.
class PacketPath {
 public:
  /// Largest IP packet in either direction.
  static constexpr std::size_t mtu = 1500;

  virtual ~PacketPath() = default;
  /// A packet from the host. What is malformed is dropped and counted.
  virtual void send(std::string_view packet) = 0;
};

class PacketNetwork {
 public:
  virtual ~PacketNetwork() = default;
  /// `on_packet` is called from the loop, never inside send(), and may not destroy the path.
  virtual std::unique_ptr<PacketPath> open(const PacketHost& host,
                                           std::function<void(std::string_view packet)> on_packet) = 0;
  /// The module has its radio for a call or a message (class B, 22.060 5.4.2): nothing passes on any of its connections
  /// until it is called with false.
  virtual void suspend(bool on) = 0;
};

}  // namespace sim800
