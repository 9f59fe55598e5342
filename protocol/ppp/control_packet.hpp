// The packets of LCP and IPCP, and their options (RFC 1661 chapters 5 and 6).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim800::ppp {

enum class Code : std::uint8_t {
  configure_request = 1,
  configure_ack,
  configure_nak,
  configure_reject,
  terminate_request,
  terminate_ack,
  code_reject,
  protocol_reject,  ///< LCP only, as what follows
  echo_request,
  echo_reply,
  discard_request,
};

struct ControlPacket {
  std::uint8_t code = 0, id = 0;
  std::string data;
};

/// Nothing where its length field does not fit; what follows the packet is padding.
std::optional<ControlPacket> parse_packet(std::string_view info);
std::string encode(const ControlPacket& packet);

struct Option {
  std::uint8_t type = 0;
  std::string value;
  bool operator==(const Option&) const = default;
};
using Options = std::vector<Option>;

/// Nothing where a length does not fit.
std::optional<Options> parse_options(std::string_view data);
std::string encode(const Options& options);

std::string octets(std::uint32_t value);  ///< four, the highest first
std::string octets(std::uint16_t value);
/// Of up to four octets.
std::uint32_t number_of(std::string_view octets);

}  // namespace sim800::ppp
