// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_ports.hpp"

#include "protocol/mms/mms_pdu.hpp"
#include "protocol/sms/sms_parts.hpp"

namespace sim800 {

std::optional<std::uint16_t> destination_port(const Sms& message) {
  constexpr std::uint8_t ports_16_bit = 0x05;
  const auto ports = header_element(message.header(), ports_16_bit);
  if (!ports || ports->size() != 4) return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>((*ports)[0]) << 8U |
                                    static_cast<std::uint8_t>((*ports)[1]));
}

bool is_mms_push(const Sms& message) {
  return message.alphabet() == SmsAlphabet::octets && destination_port(message) == wap_push_port &&
         mms_in_push(message.body()).has_value();
}

}  // namespace sim800
