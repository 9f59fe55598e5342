// SPDX-License-Identifier: MIT
#include "backends/packets/ip_packet.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace sim800 {
namespace {

constexpr std::size_t ip_header = 20, udp_header = 8, tcp_header = 20, icmp_header = 8;
constexpr std::size_t tcp_checksum = 16, udp_checksum = 6;
constexpr std::uint8_t fin = 1, syn = 2, rst = 4, ack = 16;

std::uint16_t get16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8U |
                                    static_cast<unsigned char>(bytes[at + 1]));
}
std::uint32_t get32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(get16(bytes, at)) << 16U | get16(bytes, at + 2);
}
void put16(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8U);
  bytes[at + 1] = static_cast<char>(value & 0xffU);
}
void put32(std::string& bytes, std::size_t at, std::uint32_t value) {
  put16(bytes, at, static_cast<std::uint16_t>(value >> 16U));
  put16(bytes, at + 2, static_cast<std::uint16_t>(value & 0xffffU));
}

/// RFC 1071, before its complement is taken.
std::uint32_t add(std::uint32_t sum, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t byte = static_cast<unsigned char>(bytes[i]);
    sum += i % 2 == 0 ? byte << 8U : byte;
  }
  return sum;
}
std::uint16_t folded(std::uint32_t sum) {
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void put_checksums(std::string& bytes, std::size_t header, std::uint8_t protocol) {
  put16(bytes, 10, 0);
  put16(bytes, 10, folded(add(0, std::string_view(bytes).substr(0, header))));
  const std::size_t size = bytes.size() - header;
  if (protocol == IpPacket::icmp) {
    put16(bytes, header + 2, 0);
    put16(bytes, header + 2, folded(add(0, std::string_view(bytes).substr(header))));
    return;
  }
  const std::size_t at = header + (protocol == IpPacket::tcp ? tcp_checksum : udp_checksum);
  put16(bytes, at, 0);
  std::uint32_t sum = add(0, std::string_view(bytes).substr(12, 8));
  sum += protocol + static_cast<std::uint32_t>(size);
  const std::uint16_t result = folded(add(sum, std::string_view(bytes).substr(header)));
  put16(bytes, at, protocol == IpPacket::udp && result == 0 ? std::uint16_t{0xffff} : result);
}

std::string make(std::uint8_t protocol, std::uint32_t from, std::uint32_t to, std::string_view payload) {
  std::string bytes(ip_header, '\0');
  bytes += payload;
  bytes[0] = 0x45;
  put16(bytes, 2, static_cast<std::uint16_t>(bytes.size()));
  bytes[8] = 64;
  bytes[9] = static_cast<char>(protocol);
  put32(bytes, 12, from);
  put32(bytes, 16, to);
  put_checksums(bytes, ip_header, protocol);
  return bytes;
}

}  // namespace

bool IpPacket::is_echo() const {
  const char type = bytes[header];
  return protocol == icmp && (type == 8 || type == 0);
}
bool IpPacket::is_syn() const {
  return protocol == tcp && (static_cast<unsigned char>(bytes[header + 13]) & (syn | ack)) == syn;
}
std::uint32_t IpPacket::sequence() const { return protocol == tcp ? get32(bytes, header + 4) : 0; }
std::size_t IpPacket::data() const {
  const std::size_t size = bytes.size() - header;
  if (protocol == udp) return size - udp_header;
  if (protocol != tcp) return 0;
  const std::size_t own = static_cast<std::size_t>(static_cast<unsigned char>(bytes[header + 12]) >> 4U) * 4;
  return size - std::min(size, own);
}

/// Checksums follow what changes (RFC 1624), so that a wrong one stays wrong.
void IpPacket::redirect(const IpEnd& new_from, const IpEnd& new_to) {
  const bool has_ports = protocol != icmp;
  const auto addresses = [this] { return add(0, std::string_view(bytes).substr(12, 8)); };
  const auto ports = [this, has_ports] {
    return has_ports ? add(0, std::string_view(bytes).substr(header, 4)) : std::uint32_t{0};
  };
  const std::uint32_t addresses_before = addresses(), ports_before = ports();
  put32(bytes, 12, new_from.address);
  put32(bytes, 16, new_to.address);
  if (has_ports) {
    put16(bytes, header, new_from.port);
    put16(bytes, header + 2, new_to.port);
  }
  from = new_from;
  to = new_to;
  const auto follow = [this](std::size_t at, std::uint32_t before, std::uint32_t after) {
    put16(bytes, at, folded(static_cast<std::uint16_t>(~get16(bytes, at)) + folded(before) + after));
  };
  follow(10, addresses_before, addresses());
  if (!has_ports) return;
  const std::size_t at = header + (protocol == tcp ? tcp_checksum : udp_checksum);
  if (protocol == udp && get16(bytes, at) == 0) return;  // sent without one
  follow(at, addresses_before + ports_before, addresses() + ports());
  if (protocol == udp && get16(bytes, at) == 0) put16(bytes, at, 0xffff);
}

std::optional<IpPacket> parse_ip(std::string_view bytes) {
  if (bytes.size() < ip_header || static_cast<unsigned char>(bytes[0]) >> 4U != 4) return std::nullopt;
  IpPacket packet;
  packet.header = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]) & 15U) * 4;
  const std::size_t size = get16(bytes, 2);
  if (packet.header < ip_header || size < packet.header || size > bytes.size()) return std::nullopt;
  if ((get16(bytes, 6) & 0x3fffU) != 0) return std::nullopt;  // a fragment
  packet.bytes = bytes.substr(0, size);
  packet.protocol = static_cast<std::uint8_t>(bytes[9]);
  packet.from.address = get32(bytes, 12);
  packet.to.address = get32(bytes, 16);
  const std::size_t least = packet.protocol == IpPacket::tcp    ? tcp_header
                            : packet.protocol == IpPacket::udp  ? udp_header
                            : packet.protocol == IpPacket::icmp ? icmp_header
                                                                : size;
  if (size - packet.header < least) return std::nullopt;
  if (packet.protocol == IpPacket::icmp) {
    packet.from.port = packet.to.port = get16(bytes, packet.header + 4);
  } else {
    packet.from.port = get16(bytes, packet.header);
    packet.to.port = get16(bytes, packet.header + 2);
  }
  return packet;
}

std::string ip_text(std::uint32_t address) {
  const in_addr number{htonl(address)};
  char text[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &number, text, sizeof text) != nullptr ? text : "";
}

std::optional<std::uint32_t> ip_number(const std::string& text) {
  in_addr number{};
  if (inet_pton(AF_INET, text.c_str(), &number) != 1) return std::nullopt;
  return ntohl(number.s_addr);
}

std::string make_udp(const IpEnd& from, const IpEnd& to, std::string_view data) {
  std::string datagram(udp_header, '\0');
  put16(datagram, 0, from.port);
  put16(datagram, 2, to.port);
  put16(datagram, 4, static_cast<std::uint16_t>(udp_header + data.size()));
  datagram += data;
  return make(IpPacket::udp, from.address, to.address, datagram);
}

std::string make_reset(const IpPacket& segment) {
  const std::string_view seen = segment.payload();
  const auto flags = static_cast<unsigned char>(seen[13]);
  std::string reply(tcp_header, '\0');
  put16(reply, 0, segment.to.port);
  put16(reply, 2, segment.from.port);
  if ((flags & ack) != 0) {
    put32(reply, 4, get32(seen, 8));
    reply[13] = static_cast<char>(rst);
  } else {
    const std::size_t length = segment.data() + ((flags & syn) != 0 ? 1U : 0U) + ((flags & fin) != 0 ? 1U : 0U);
    put32(reply, 8, get32(seen, 4) + static_cast<std::uint32_t>(length));
    reply[13] = static_cast<char>(rst | ack);
  }
  reply[12] = 0x50;
  return make(IpPacket::tcp, segment.to.address, segment.from.address, reply);
}

std::string make_abort(const IpPacket& segment) {
  const std::string_view seen = segment.payload();
  std::string reply(seen.substr(0, tcp_header));
  reply[12] = 0x50;
  reply[13] = static_cast<char>(rst | (static_cast<unsigned char>(seen[13]) & ack));
  return make(IpPacket::tcp, segment.from.address, segment.to.address, reply);
}

std::string make_unreachable(const IpPacket& packet, std::uint32_t router, std::uint8_t code) {
  std::string message(icmp_header, '\0');
  message[0] = 3;
  message[1] = static_cast<char>(code);
  message += packet.bytes.substr(0, packet.header + 8);
  return make(IpPacket::icmp, router, packet.from.address, message);
}

}  // namespace sim800
