// SPDX-License-Identifier: MIT
#include "protocol/ppp/control_packet.hpp"

#include <algorithm>
#include <cstddef>

namespace sim800::ppp {
namespace {

constexpr std::size_t header = 4;
/// Fits the smallest information field that a peer must take.
constexpr std::size_t longest_data = 1500 - header;

}  // namespace

std::optional<ControlPacket> parse_packet(std::string_view info) {
  if (info.size() < header) return std::nullopt;
  const std::size_t length = number_of(info.substr(2, 2));
  if (length < header || length > info.size()) return std::nullopt;
  return ControlPacket{static_cast<std::uint8_t>(info[0]), static_cast<std::uint8_t>(info[1]),
                       std::string(info.substr(header, length - header))};
}

std::string encode(const ControlPacket& packet) {
  const std::string_view data = std::string_view(packet.data).substr(0, longest_data);
  std::string info{static_cast<char>(packet.code), static_cast<char>(packet.id)};
  info += octets(static_cast<std::uint16_t>(data.size() + header));
  info += data;
  return info;
}

std::optional<Options> parse_options(std::string_view data) {
  Options options;
  while (!data.empty()) {
    if (data.size() < 2) return std::nullopt;
    const auto length = static_cast<unsigned char>(data[1]);
    if (length < 2 || length > data.size()) return std::nullopt;
    options.push_back({static_cast<std::uint8_t>(data[0]), std::string(data.substr(2, length - 2U))});
    data.remove_prefix(length);
  }
  return options;
}

std::string encode(const Options& options) {
  std::string data;
  for (const Option& option : options) {
    data.push_back(static_cast<char>(option.type));
    data.push_back(static_cast<char>(option.value.size() + 2));
    data += option.value;
  }
  return data;
}

std::string octets(std::uint32_t value) {
  return octets(static_cast<std::uint16_t>(value >> 16U)) + octets(static_cast<std::uint16_t>(value & 0xffffU));
}

std::string octets(std::uint16_t value) { return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)}; }

std::uint32_t number_of(std::string_view octets) {
  std::uint32_t value = 0;
  for (const char c : octets) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

}  // namespace sim800::ppp
