// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_ports.hpp"

#include "protocol/mms/mms_pdu.hpp"

namespace sim800 {

std::optional<std::uint16_t> destination_port(const Sms& message) {
  constexpr char ports_16_bit = 0x05;
  std::string_view header = message.header();
  if (header.empty()) return std::nullopt;
  header.remove_prefix(1);
  while (header.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(header[1]);
    if (header.size() < 2 + length) return std::nullopt;
    if (header[0] == ports_16_bit && length == 4) {
      return static_cast<std::uint16_t>(static_cast<std::uint8_t>(header[2]) << 8U |
                                        static_cast<std::uint8_t>(header[3]));
    }
    header.remove_prefix(2 + length);
  }
  return std::nullopt;
}

bool is_mms_push(const Sms& message) {
  return message.alphabet() == SmsAlphabet::octets && destination_port(message) == wap_push_port &&
         mms_in_push(message.body()).has_value();
}

}  // namespace sim800
