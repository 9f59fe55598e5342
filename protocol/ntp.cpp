// SPDX-License-Identifier: MIT
#include "protocol/ntp.hpp"

namespace sim800 {
namespace {

constexpr std::size_t packet_size = 48;
constexpr std::size_t stratum_at = 1, originate_at = 24, transmit_at = 40;
constexpr unsigned client_mode = 3, server_mode = 4, version = 3;
constexpr unsigned unsynchronised = 3;  // leap indicator
constexpr unsigned worst_stratum = 15;

unsigned byte(std::string_view packet, std::size_t at) { return static_cast<unsigned char>(packet[at]); }

std::uint64_t number(std::string_view packet, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | byte(packet, at + i);
  return value;
}

}  // namespace

std::string ntp_request(std::uint64_t cookie) {
  std::string packet(packet_size, '\0');
  packet[0] = static_cast<char>(version << 3 | client_mode);
  for (std::size_t i = 0; i < 8; ++i) packet[transmit_at + i] = static_cast<char>(cookie >> (56 - 8 * i) & 0xff);
  return packet;
}

std::optional<std::chrono::sys_seconds> parse_ntp_reply(std::string_view packet, std::uint64_t cookie) {
  if (packet.size() < packet_size || (byte(packet, 0) & 7) != server_mode) return std::nullopt;
  const unsigned stratum = byte(packet, stratum_at);
  if (byte(packet, 0) >> 6 == unsynchronised || stratum == 0 || stratum > worst_stratum) return std::nullopt;
  const std::uint64_t transmitted = number(packet, transmit_at);
  if (number(packet, originate_at) != cookie || transmitted == 0) return std::nullopt;
  // Seconds of 1900; the second era begins in 2036.
  constexpr std::uint64_t first_of_1970 = 2'208'988'800, era = 1ULL << 32, half_era = 1ULL << 31;
  std::uint64_t seconds = transmitted >> 32;
  if (seconds < half_era) seconds += era;
  return std::chrono::sys_seconds(std::chrono::seconds(seconds - first_of_1970));
}

}  // namespace sim800
