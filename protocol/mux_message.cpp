// SPDX-License-Identifier: MIT
#include "protocol/mux_message.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t extension_bit = 0x01;  ///< EA: the field ends with this octet
enum SignalBit : std::uint8_t { fc = 0x02, rtc = 0x04, rtr = 0x08, ic = 0x40, dv = 0x80 };
constexpr std::uint8_t break_bit = 0x02;
constexpr std::size_t parameter_octets = 8;
constexpr std::size_t longest_length = 3;  ///< octets: no message of a frame needs more

std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::uint8_t bit_if(bool on, std::uint8_t bit) { return on ? bit : std::uint8_t{0}; }

std::uint8_t bits_of(const MuxSignals& signals) {
  return static_cast<std::uint8_t>(bit_if(signals.stops, fc) | bit_if(signals.ready, rtc) |
                                   bit_if(signals.ready_to_receive, rtr) | bit_if(signals.ring, ic) |
                                   bit_if(signals.valid_data, dv));
}

char break_octet(unsigned break_for) { return static_cast<char>(break_for << 4 | break_bit | extension_bit); }

/// `octets`: the signals, and perhaps a break.
MuxSignals signals_of(int dlci, std::string_view octets) {
  const auto has = [bits = octet(octets, 0)](std::uint8_t bit) { return (bits & bit) != 0; };
  MuxSignals signals{static_cast<std::uint8_t>(dlci), has(fc), has(rtc), has(rtr), has(ic), has(dv), std::nullopt};
  if (octets.size() > 1 && (octet(octets, 1) & break_bit) != 0) signals.break_for = octet(octets, 1) >> 4;
  return signals;
}

}  // namespace

std::string encode(const MuxMessage& message) {
  std::string bytes{static_cast<char>(message.type)};
  const std::size_t size = message.values.size();
  if (size < 128) {
    bytes += static_cast<char>(size << 1 | 1);
  } else {
    bytes += {static_cast<char>((size & 0x7f) << 1), static_cast<char>(size >> 7 << 1 | 1)};
  }
  bytes += message.values;
  return bytes;
}

std::optional<MuxMessage> take_mux_message(std::string_view& bytes) {
  if (bytes.size() < 2 || (octet(bytes, 0) & extension_bit) == 0) return std::nullopt;
  std::size_t size = 0, at = 1;
  for (bool more = true; more; ++at) {
    if (at == bytes.size() || at > longest_length) return std::nullopt;
    size |= static_cast<std::size_t>(octet(bytes, at) >> 1) << (7 * (at - 1));
    more = (octet(bytes, at) & extension_bit) == 0;
  }
  if (size > bytes.size() - at) return std::nullopt;
  const MuxMessage message{octet(bytes, 0), bytes.substr(at, size)};
  bytes.remove_prefix(at + size);
  return message;
}

std::string encode(const MuxSignals& signals) {
  std::string values{static_cast<char>(signals.dlci << 2 | 3), static_cast<char>(bits_of(signals) | extension_bit)};
  if (signals.break_for) values += break_octet(*signals.break_for);
  return values;
}

std::optional<MuxSignals> parse_mux_signals(std::string_view values) {
  if (values.size() < 2) return std::nullopt;
  return signals_of(octet(values, 0) >> 2, values.substr(1));
}

std::string encode_head(const MuxSignals& signals) {
  if (!signals.break_for) return {static_cast<char>(bits_of(signals) | extension_bit)};
  return {static_cast<char>(bits_of(signals)), break_octet(*signals.break_for)};
}

std::optional<MuxSignals> take_mux_head(std::string_view& info) {
  const bool has_break = !info.empty() && (octet(info, 0) & extension_bit) == 0;
  const std::size_t size = has_break ? 2 : 1;
  if (info.size() < size || (octet(info, size - 1) & extension_bit) == 0) return std::nullopt;
  const MuxSignals signals = signals_of(0, info.substr(0, size));
  info.remove_prefix(size);
  return signals;
}

std::string encode(const MuxParameters& parameters) {
  return {static_cast<char>(parameters.dlci),      static_cast<char>(parameters.frames | parameters.convergence << 4),
          static_cast<char>(parameters.priority),  static_cast<char>(parameters.t1),
          static_cast<char>(parameters.n1 & 0xff), static_cast<char>(parameters.n1 >> 8),
          static_cast<char>(parameters.n2),        static_cast<char>(parameters.window)};
}

std::optional<MuxParameters> parse_mux_parameters(std::string_view values) {
  if (values.size() != parameter_octets) return std::nullopt;
  MuxParameters parameters;
  parameters.dlci = octet(values, 0) & 0x3f;
  parameters.frames = octet(values, 1) & 0x0f;
  parameters.convergence = static_cast<std::uint8_t>(octet(values, 1) >> 4);
  parameters.priority = octet(values, 2) & 0x3f;
  parameters.t1 = octet(values, 3);
  parameters.n1 = static_cast<std::uint16_t>(octet(values, 4) | octet(values, 5) << 8);
  parameters.n2 = octet(values, 6);
  parameters.window = octet(values, 7) & 0x07;
  return parameters;
}

}  // namespace sim800
