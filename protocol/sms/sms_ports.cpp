// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_ports.hpp"

#include "protocol/mms/mms_pdu.hpp"

namespace sim800 {

std::optional<std::string_view> header_element(const Sms& message, std::uint8_t identifier) {
  std::string_view header = message.header();
  if (!header.empty()) header.remove_prefix(1);
  while (header.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(header[1]);
    if (header.size() < 2 + length) return std::nullopt;
    if (static_cast<std::uint8_t>(header[0]) == identifier) return header.substr(2, length);
    header.remove_prefix(2 + length);
  }
  return std::nullopt;
}

std::optional<std::uint16_t> destination_port(const Sms& message) {
  constexpr std::uint8_t ports_16_bit = 0x05;
  const auto ports = header_element(message, ports_16_bit);
  if (!ports || ports->size() != 4) return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>((*ports)[0]) << 8U |
                                    static_cast<std::uint8_t>((*ports)[1]));
}

bool is_mms_push(const Sms& message) {
  return message.alphabet() == SmsAlphabet::octets && destination_port(message) == wap_push_port &&
         mms_in_push(message.body()).has_value();
}

}  // namespace sim800
