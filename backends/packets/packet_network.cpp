// SPDX-License-Identifier: MIT
#include "backends/packets/packet_network.hpp"

#include <utility>

#include "backends/packets/packet_path.hpp"

namespace sim800 {
namespace {

class UserNetwork final : public PacketNetwork {
 public:
  explicit UserNetwork(const PacketNetworkParts& parts) : parts_(parts), seed_(parts.seed) {}

  std::unique_ptr<PacketPath> open(const PacketHost& host,
                                   std::function<void(std::string_view packet)> on_packet) override {
    seed_ += 2;
    return std::make_unique<RoutedPath>(parts_, host, seed_, names_, std::move(on_packet));
  }
  void suspend(bool on) override { parts_.link.suspend(on); }

 private:
  PacketNetworkParts parts_;
  std::uint64_t seed_;
  VirtualNames names_;
};

}  // namespace

std::unique_ptr<PacketNetwork> make_packet_network(const PacketNetworkParts& parts) {
  return std::make_unique<UserNetwork>(parts);
}

}  // namespace sim800
