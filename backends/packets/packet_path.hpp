// A host's way into the network: each packet's flow is looked up, and led to where the radio link maps its destination.
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/packets/dns_message.hpp"
#include "backends/packets/ip_packet.hpp"
#include "backends/packets/packet_link.hpp"
#include "backends/packets/packet_network.hpp"
#include "backends/packets/slirp_stack.hpp"

namespace sim800 {

/// Names and the addresses that stand for them, from 198.18.0.0/15 (RFC 2544): where a connection to one leads is
/// decided when it is made, by its port too.
class VirtualNames {
 public:
  static constexpr std::size_t most = 4096;
  std::uint32_t address_of(const std::string& name);
  /// "": no name.
  std::string name_of(std::uint32_t address) const;

 private:
  std::vector<std::string> names_;  ///< by place
  std::map<std::string, std::size_t> places_;
  std::size_t next_ = 0;
};

class RoutedPath final : public PacketPath {
 public:
  static constexpr std::size_t most_flows = 1024, most_waiting = 8, most_queries = 64;

  RoutedPath(const PacketNetworkParts& parts, const PacketHost& host, std::uint64_t seed, VirtualNames& names,
             std::function<void(std::string_view packet)> on_packet);
  ~RoutedPath() override;
  void send(std::string_view packet) override;

 private:
  struct FlowKey {
    std::uint8_t protocol;
    std::uint16_t own_port;
    IpEnd there;
    auto operator<=>(const FlowKey&) const = default;
  };
  struct Flow {
    enum class State : std::uint8_t { searching, open, refused, unreachable, dead };
    State state = State::searching;
    std::uint32_t begin = 0;  ///< sequence number of its SYN
    IpEnd real;
    std::unique_ptr<Lookup> lookup;
    std::list<IpPacket> waiting;
    std::unique_ptr<TransferWatch> watch;
    TimePoint held_until{};
    std::uint64_t moved[2]{};  ///< bytes of data, by direction
    bool data_seen = false;
    std::uint64_t used = 0;  ///< when, in packets of the path
  };

  void take(const std::string& bytes);
  void ask(const IpPacket& packet);
  void answer(const IpEnd& asker, const IpEnd& server, const DnsQuestion& question, DnsCode code);
  Flow& flow_of(const FlowKey& key, const IpPacket& packet);
  void search(const FlowKey& key, Flow& flow);
  void found(const FlowKey& key, const Route& route);
  void forward(const FlowKey& key, Flow& flow, IpPacket packet);
  bool held(Flow& flow, const IpPacket& packet, Direction direction);
  void act(Flow& flow, const Verdict& verdict);
  void reset(const FlowKey& key, const Flow& flow, const IpPacket& segment);
  bool forget_real(const FlowKey& key, const Flow& flow);
  void from_stack(std::string_view bytes);
  void unreachable_from_stack(const IpPacket& packet);
  void to_host(std::string_view packet);
  void make_room();

  PacketNetworkParts parts_;
  PacketHost host_;
  VirtualNames& names_;
  std::function<void(std::string_view)> on_packet_;
  std::map<FlowKey, Flow> flows_;
  std::map<FlowKey, FlowKey> by_real_;  ///< with the real end in place of the one that the host knows
  std::list<std::unique_ptr<Lookup>> queries_;
  std::uint64_t count_ = 0, dropped_ = 0;
  PacketLink up_, down_;
  SlirpStack stack_;
};

}  // namespace sim800
