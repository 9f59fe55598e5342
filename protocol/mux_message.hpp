// Control messages of the serial multiplexer: what DLC 0 carries (27.010 5.4.6.3).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Type octets as in a command; a response lacks `mux_command_bit`.
enum class MuxMessageType : std::uint8_t {
  nsc = 0x13,     ///< non-supported command; only as a response
  test = 0x23,    ///< echoed
  psc = 0x43,     ///< power saving
  rls = 0x53,     ///< remote line status
  fc_off = 0x63,  ///< no data on any DLC, please
  pn = 0x83,      ///< parameters of a DLC
  rpn = 0x93,     ///< remote port: its rate and framing
  fc_on = 0xa3,
  cld = 0xc3,  ///< multiplexer close down
  msc = 0xe3,  ///< modem status: the signals of a DLC
};
inline constexpr std::uint8_t mux_command_bit = 0x02;

struct MuxMessage {
  std::uint8_t type = 0;  ///< with the command bit
  std::string_view values;

  bool is_command() const { return (type & mux_command_bit) != 0; }
  bool is(MuxMessageType kind) const { return (type | mux_command_bit) == static_cast<std::uint8_t>(kind); }
};

std::string encode(const MuxMessage& message);
/// Takes the first message off `bytes`; nothing, and `bytes` as they were, if that is not a whole one.
std::optional<MuxMessage> take_mux_message(std::string_view& bytes);

/// Values of MSC: V.24 signals as the sender has them.
struct MuxSignals {
  std::uint8_t dlci = 0;
  bool stops = false;                 ///< FC: it can take no more
  bool ready = true;                  ///< RTC: DTR of a host, DSR of a module
  bool ready_to_receive = true;       ///< RTR: RTS of a host, CTS of a module
  bool ring = false;                  ///< IC: RI
  bool valid_data = false;            ///< DV: DCD
  std::optional<unsigned> break_for;  ///< in units of 200 ms
};
std::string encode(const MuxSignals& signals);
std::optional<MuxSignals> parse_mux_signals(std::string_view values);

/// The same at the head of each frame of convergence layer type 2, which belongs to a DLC and does not name it (27.010
/// 5.5.2).
std::string encode_head(const MuxSignals& signals);
/// Takes it off `info`; nothing, and `info` as it was, if that does not begin with one. The DLCI stays 0.
std::optional<MuxSignals> take_mux_head(std::string_view& info);

/// Values of PN.
struct MuxParameters {
  std::uint8_t dlci = 0;
  std::uint8_t frames = 0;       ///< I: 0 UIH, 1 UI, 2 I
  std::uint8_t convergence = 0;  ///< CL: 0 for type 1 (octets as they are) to 3 for type 4
  std::uint8_t priority = 0;
  std::uint8_t t1 = 10;
  std::uint16_t n1 = 31;
  std::uint8_t n2 = 3;
  std::uint8_t window = 2;  ///< k
};
std::string encode(const MuxParameters& parameters);
std::optional<MuxParameters> parse_mux_parameters(std::string_view values);

}  // namespace sim800
