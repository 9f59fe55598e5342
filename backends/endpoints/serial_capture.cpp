// SPDX-License-Identifier: MIT
#include "backends/endpoints/serial_capture.hpp"

#include <array>
#include <utility>

namespace sim800::serial_capture {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a, byte_order = 0x1a2b3c4d, interface_description = 1,
                        enhanced_packet = 6;
constexpr std::uint16_t rtac_serial = 250;
constexpr std::uint16_t if_name = 2, epb_flags = 2, epb_dropcount = 4, end_of_options = 0;
constexpr std::uint32_t inbound = 1, outbound = 2;

/// Little endian, whatever the machine has.
template <typename Number>
void put(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xffU));
}
void put_big(std::string& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(value >> shift & 0xffU));
}
void pad(std::string& out) { out.append((4 - out.size() % 4) % 4, '\0'); }

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  put(out, code);
  put(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out);
}

std::string block(std::uint32_t type, const std::string& body) {
  const auto size = static_cast<std::uint32_t>(body.size() + 12);
  std::string out;
  put(out, type);
  put(out, size);
  out += body;
  put(out, size);
  return out;
}

char state_of(const LineLevels& levels) {
  constexpr std::array<std::pair<ModemLine, unsigned>, 6> bits{{{ModemLine::cts, 0x01},
                                                                {ModemLine::dcd, 0x02},
                                                                {ModemLine::dsr, 0x04},
                                                                {ModemLine::rts, 0x08},
                                                                {ModemLine::dtr, 0x10},
                                                                {ModemLine::ri, 0x20}}};
  unsigned state = 0;
  for (const auto& [line, bit] : bits) state |= levels.is_on(line) ? bit : 0;
  return static_cast<char>(state);
}

std::uint32_t direction_of(Event event) {
  if (event == Event::from_module) return outbound;
  return event == Event::to_module || event == Event::broken ? inbound : 0;
}

}  // namespace

std::string header(const std::vector<std::string>& lines) {
  std::string section;
  put(section, byte_order);
  put(section, std::uint16_t{1});  // version 1.0
  put(section, std::uint16_t{0});
  put(section, ~std::uint64_t{0});  // of unknown length
  std::string out = block(section_header, section);
  for (const std::string& line : lines) {
    std::string description;
    put(description, std::uint32_t{rtac_serial});
    put(description, std::uint32_t{0});  // packets of any length
    put_option(description, if_name, line);
    put_option(description, end_of_options, {});
    out += block(interface_description, description);
  }
  return out;
}

std::string encoded(const Packet& packet) {
  const auto micros = static_cast<std::uint64_t>(packet.since_epoch.count());
  constexpr std::uint64_t second = 1'000'000;
  std::string data;
  put_big(data, static_cast<std::uint32_t>(micros / second));
  put_big(data, static_cast<std::uint32_t>(micros % second));
  data.push_back(static_cast<char>(packet.event));
  data.push_back(state_of(packet.levels));
  data.append(2, '\0');
  data += packet.bytes;

  std::string body;
  put(body, static_cast<std::uint32_t>(packet.line));
  put(body, static_cast<std::uint32_t>(micros >> 32U));
  put(body, static_cast<std::uint32_t>(micros));
  put(body, static_cast<std::uint32_t>(data.size()));
  put(body, static_cast<std::uint32_t>(data.size()));
  body += data;
  pad(body);
  std::string flags;
  put(flags, direction_of(packet.event));
  put_option(body, epb_flags, flags);
  if (packet.lost > 0) {
    std::string count;
    put(count, packet.lost);
    put_option(body, epb_dropcount, count);
  }
  put_option(body, end_of_options, {});
  return block(enhanced_packet, body);
}

}  // namespace sim800::serial_capture
