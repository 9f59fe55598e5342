// SPDX-License-Identifier: MIT
#include "backends/packets/dns_message.hpp"

#include <cstddef>

namespace sim800 {
namespace {

constexpr std::size_t header = 12;
constexpr std::size_t longest_name = 253;
constexpr char pointer_to_question[] = {'\xc0', header};

std::uint16_t get16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8U |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

}  // namespace

std::optional<DnsQuestion> parse_question(std::string_view message) {
  if (message.size() < header || (static_cast<unsigned char>(message[2]) & 0xf8U) != 0 || get16(message, 4) != 1)
    return std::nullopt;
  DnsQuestion question;
  std::size_t at = header;
  while (at < message.size() && message[at] != 0) {
    const std::size_t length = static_cast<unsigned char>(message[at]);
    if (length > 63 || at + 1 + length >= message.size()) return std::nullopt;  // nobody compresses a question
    if (!question.name.empty()) question.name.push_back('.');
    question.name += message.substr(at + 1, length);
    if (question.name.size() > longest_name) return std::nullopt;
    at += 1 + length;
  }
  if (at + 5 > message.size() || question.name.empty()) return std::nullopt;
  question.type = get16(message, at + 1);
  if (get16(message, at + 3) != DnsQuestion::in) return std::nullopt;
  question.query = message.substr(0, at + 5);
  return question;
}

std::string answer_to(const DnsQuestion& question, DnsCode code, std::optional<std::uint32_t> address) {
  std::string answer = question.query;
  answer[2] = static_cast<char>((static_cast<unsigned char>(answer[2]) & 1U) | 0x80U);  // a response; RD as asked
  answer[3] = static_cast<char>(0x80U | static_cast<unsigned>(code));                   // recursion is available
  answer[7] = address ? 1 : 0;
  answer[6] = answer[8] = answer[9] = answer[10] = answer[11] = 0;
  if (!address) return answer;
  answer.append(pointer_to_question, 2);
  answer.append({0, 1, 0, 1, 0, 0, 0, 60, 0, 4});  // A, IN, a minute, four octets
  for (int shift = 24; shift >= 0; shift -= 8)
    answer.push_back(static_cast<char>(*address >> static_cast<unsigned>(shift)));
  return answer;
}

}  // namespace sim800
