// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_parts.hpp"

#include <algorithm>

#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t reference_8_bit = 0x00, reference_16_bit = 0x08;

/// Most septets or octets in a single message, and in each part of a concatenated one.
struct Room {
  std::size_t alone, part;
};

/// With so many octets of header, its length octet included.
std::size_t room_beside(SmsAlphabet alphabet, std::size_t header) {
  const std::size_t octets = max_sms_data - std::min(header, max_sms_data - 4);
  if (alphabet == SmsAlphabet::gsm) return octets * 8 / 7;
  return alphabet == SmsAlphabet::ucs2 ? octets - octets % 2 : octets;
}

Room room_of(SmsAlphabet alphabet, std::size_t elements) {
  constexpr std::size_t of_a_part = 5;
  return {room_beside(alphabet, elements == 0 ? 0 : elements + 1), room_beside(alphabet, 1 + of_a_part + elements)};
}

bool may_cut(SmsAlphabet alphabet, std::string_view body, std::size_t at) {
  if (alphabet == SmsAlphabet::gsm) return body[at - 1] != gsm_escape;
  if (alphabet == SmsAlphabet::ucs2) return !is_high_surrogate(from_octets(body.substr(at - 2, 2))[0]);
  return true;
}

}  // namespace

std::size_t cut_body(SmsAlphabet alphabet, std::string_view body, std::size_t room) {
  std::size_t end = std::min(room, body.size());
  if (alphabet == SmsAlphabet::ucs2) end -= end % 2;
  if (end < body.size() && !may_cut(alphabet, body, end)) end -= alphabet == SmsAlphabet::ucs2 ? 2 : 1;
  return end;
}

std::optional<std::string_view> header_element(std::string_view header, std::uint8_t identifier) {
  if (!header.empty()) header.remove_prefix(1);
  while (header.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(header[1]);
    if (header.size() < 2 + length) return std::nullopt;
    if (static_cast<std::uint8_t>(header[0]) == identifier) return header.substr(2, length);
    header.remove_prefix(2 + length);
  }
  return std::nullopt;
}

std::optional<SmsPart> concatenation(std::string_view header) {
  auto element = header_element(header, reference_8_bit);
  std::size_t reference_size = 1;
  if (!element) {
    element = header_element(header, reference_16_bit);
    reference_size = 2;
  }
  if (!element || element->size() != reference_size + 2) return std::nullopt;
  SmsPart part;
  for (const char octet : element->substr(0, reference_size))
    part.reference = static_cast<std::uint16_t>(part.reference << 8U | static_cast<std::uint8_t>(octet));
  part.total = static_cast<std::uint8_t>((*element)[reference_size]);
  part.number = static_cast<std::uint8_t>((*element)[reference_size + 1]);
  return part.number >= 1 && part.number <= part.total ? std::optional(part) : std::nullopt;
}

std::string concatenation_header(std::uint8_t reference, std::uint8_t total, std::uint8_t number) {
  std::string header("\x05\x00\x03", 3);
  for (const std::uint8_t octet : {reference, total, number}) header.push_back(static_cast<char>(octet));
  return header;
}

std::vector<std::string> split_body(SmsAlphabet alphabet, std::string_view body, std::size_t elements) {
  const auto [alone, part] = room_of(alphabet, elements);
  std::vector<std::string> pieces;
  if (body.size() <= alone) return {std::string(body)};
  while (!body.empty()) {
    const std::size_t end = cut_body(alphabet, body, part);
    pieces.emplace_back(body.substr(0, end));
    body.remove_prefix(end);
  }
  return pieces;
}

}  // namespace sim800
