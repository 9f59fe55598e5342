// IPv4 packets as far as a network of our own has to know them: whose they are, and where they go (RFC 791, 768, 793,
// 792).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// One end of a flow. `port` of ICMP echoes is their identifier.
struct IpEnd {
  std::uint32_t address = 0;  ///< host byte order
  std::uint16_t port = 0;
  auto operator<=>(const IpEnd&) const = default;
};

struct IpPacket {
  enum Protocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17 };
  std::string bytes;  ///< without padding
  std::size_t header = 0;
  std::uint8_t protocol = 0;
  IpEnd from, to;

  std::string_view payload() const { return std::string_view(bytes).substr(header); }
  bool is_echo() const;
  bool is_syn() const;
  /// The sequence number of a TCP segment.
  std::uint32_t sequence() const;
  /// Bytes of data that TCP or UDP carries.
  std::size_t data() const;
  /// With other ends, and checksums to match. Of an ICMP echo only the addresses change.
  void redirect(const IpEnd& new_from, const IpEnd& new_to);
};

/// Nothing where it is no whole IPv4 packet that says where it goes: fragments, other protocols, broken lengths.
std::optional<IpPacket> parse_ip(std::string_view bytes);

std::string ip_text(std::uint32_t address);
/// Of numeric IPv4 text only.
std::optional<std::uint32_t> ip_number(const std::string& text);

std::string make_udp(const IpEnd& from, const IpEnd& to, std::string_view data);
/// The RST that answers a segment, as from its destination (RFC 793 3.4).
std::string make_reset(const IpPacket& segment);
/// The RST that its source may send in place of a segment.
std::string make_abort(const IpPacket& segment);
/// ICMP destination unreachable for a packet, from `router`; `code` 1: the host, 3: the port.
std::string make_unreachable(const IpPacket& packet, std::uint32_t router, std::uint8_t code);

}  // namespace sim800
